/**
 * Which actors a message has read or written, and so has paid for (kernel spec 6.2). A reverted
 * call forgets what it saw: the next access is charged again.
 */
import type { ActorId } from '../address/address.ts'
import {
  BURNT_FUNDS_ACTOR,
  CRON_ACTOR,
  DATACAP_ACTOR,
  EAM_ACTOR,
  INIT_ACTOR,
  REWARD_ACTOR,
  STORAGE_MARKET_ACTOR,
  STORAGE_POWER_ACTOR,
  SYSTEM_ACTOR,
  VERIFIED_REGISTRY_ACTOR,
} from '../protocol/builtin.ts'
import type { GasTracker } from './gas/gas-tracker.ts'
import type { PriceList } from './gas/price-list.ts'
import type { UndoLog } from './undo-log.ts'

const READ = 1
const WRITTEN = 2

const PRELOADED = [
  SYSTEM_ACTOR,
  INIT_ACTOR,
  REWARD_ACTOR,
  CRON_ACTOR,
  STORAGE_POWER_ACTOR,
  STORAGE_MARKET_ACTOR,
  VERIFIED_REGISTRY_ACTOR,
  DATACAP_ACTOR,
  EAM_ACTOR,
  BURNT_FUNDS_ACTOR,
] as const

export class AccessTracker {
  readonly #access = new Map<ActorId, typeof READ | typeof WRITTEN>()
  readonly #undo: UndoLog

  constructor(undo: UndoLog, origin: ActorId, receiver: ActorId | undefined) {
    this.#undo = undo
    for (const id of PRELOADED) this.#access.set(id, WRITTEN)
    this.#access.set(origin, WRITTEN)
    if (receiver !== undefined && !this.#access.has(receiver)) this.#access.set(receiver, READ)
  }

  /** @throws OutOfGas */
  read(id: ActorId, gas: GasTracker, prices: PriceList): void {
    if (this.#access.has(id)) return
    gas.charge('OnActorLookup', prices.actorLookup)
    this.#set(id, READ)
  }

  /** @throws OutOfGas */
  write(id: ActorId, gas: GasTracker, prices: PriceList): void {
    const before = this.#access.get(id)
    if (before === WRITTEN) return
    if (before === undefined) gas.charge('OnActorLookup', prices.actorLookup)
    gas.charge('OnActorUpdate', prices.actorUpdate)
    this.#set(id, WRITTEN)
  }

  #set(id: ActorId, access: typeof READ | typeof WRITTEN): void {
    const before = this.#access.get(id)
    this.#access.set(id, access)
    this.#undo.record(() => {
      if (before === undefined) this.#access.delete(id)
      else this.#access.set(id, before)
    })
  }
}
