/**
 * Syscalls in the form that they had for actors before v12 (network versions 18 to 20): randomness
 * drawn by the kernel (until FIP-0075), self-destruction with a beneficiary (FIP-0073), events in
 * CBOR (FIP-0072).
 */
import type { Address } from '../address/address.ts'
import { blake2b256 } from '../base/hash.ts'
import { CborError } from '../ipld/cbor.ts'
import { Codec } from '../ipld/cid.ts'
import { list } from '../ipld/codec.ts'
import { type EventEntry, eventEntryCodec } from '../protocol/event.ts'
import { randomnessInput } from '../protocol/randomness.ts'
import type { Epoch } from '../protocol/tipset.ts'
import type { CallManager } from './call-manager.ts'
import { Errno, SyscallError } from './errors.ts'
import type { Invocation } from './kernel.ts'

const EVENT_FLAGS = 3
const MAX_EVENT_SIZE = 1 << 20
const MAX_EVENT_ENTRIES = 256
const MAX_EVENT_KEY = 32
const MAX_EVENT_VALUES = 8_192

const eventCodec = list(eventEntryCodec)

export class EarlySyscalls {
  readonly #calls: CallManager
  readonly #invocation: Invocation

  constructor(calls: CallManager, invocation: Invocation) {
    this.#calls = calls
    this.#invocation = invocation
  }

  drawRandomness(
    source: 'beacon' | 'chain',
    tag: number,
    epoch: Epoch,
    entropy: Uint8Array,
  ): Uint8Array {
    const { externs, network, prices } = this.#calls.machine
    this.#syscall()
    this.#calls.gas.charge('OnGetRandomness', prices.drawRandomness(entropy.length))
    if (epoch > network.epoch) {
      throw new SyscallError(Errno.IllegalArgument, `no randomness of epoch ${epoch} yet`)
    }
    const digest =
      source === 'beacon' ? externs.beaconRandomness(epoch) : externs.chainRandomness(epoch)
    return blake2b256(randomnessInput(digest, tag, epoch, entropy))
  }

  selfDestruct(beneficiary: Address): void {
    const { receiver } = this.#invocation
    this.#syscall('cannot self-destruct when read-only')
    const balance = this.#calls.actor(receiver)?.balance ?? 0n
    if (balance !== 0n) {
      const id = this.#calls.machine.tree.resolve(beneficiary)
      if (id === undefined) throw new SyscallError(Errno.NotFound, 'beneficiary not found')
      if (id === receiver) {
        throw new SyscallError(Errno.Forbidden, 'benefactor cannot be beneficiary')
      }
      this.#calls.transfer(receiver, id, balance)
    }
    this.#calls.setActor(receiver, undefined)
  }

  /** @param encoded `[[flags, key, codec, value]…]` */
  emitEvent(encoded: Uint8Array): void {
    const { prices } = this.#calls.machine
    this.#syscall('cannot emit events while read-only')
    this.#calls.gas.charge('OnActorEventValidate', prices.validateEvent(encoded.length))
    const entries = decodeEvent(encoded)
    this.#calls.gas.charge('OnActorEventAccept', prices.acceptEvent(encoded.length))
    this.#calls.appendEvent({ emitter: this.#invocation.receiver, entries })
  }

  /** @param readOnly why it may not be called while read-only, if it may not */
  #syscall(readOnly?: string): void {
    const { gas, machine } = this.#calls
    gas.charge('OnSyscall', machine.prices.syscall)
    if (readOnly !== undefined && this.#invocation.readOnly) {
      throw new SyscallError(Errno.ReadOnly, readOnly)
    }
  }
}

/** @throws SyscallError */
function decodeEvent(encoded: Uint8Array): EventEntry[] {
  if (encoded.length > MAX_EVENT_SIZE) throw refused('event above 1 MiB')
  let entries: EventEntry[]
  try {
    entries = eventCodec.decode(encoded)
  } catch (error) {
    if (error instanceof CborError) throw refused(error.message)
    throw error
  }
  if (entries.length > MAX_EVENT_ENTRIES) throw refused(`event with ${entries.length} entries`)
  let values = 0
  for (const { flags, key, codec, value } of entries) {
    if (flags > EVENT_FLAGS) throw refused(`event flags ${flags}`)
    if (Buffer.byteLength(key) > MAX_EVENT_KEY) throw refused('event key above 32 bytes')
    if (codec !== Codec.RAW) throw new SyscallError(Errno.IllegalCodec, `event codec ${codec}`)
    values += value.length
  }
  if (values > MAX_EVENT_VALUES) throw refused(`event values of ${values} bytes`)
  return entries
}

function refused(reason: string): SyscallError {
  return new SyscallError(Errno.IllegalArgument, reason)
}
