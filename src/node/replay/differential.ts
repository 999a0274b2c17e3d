/**
 * The native actors next to the genuine ones: one message, the same state, both engines. All but
 * the gas of wasm instructions, which native actors model, must be the same.
 */
import { toHex } from '../../base/bytes.ts'
import { type Applied, type ApplyKind, Executor } from '../../fvm/executor.ts'
import { GAS, type GasCharge, WASM_CHARGE } from '../../fvm/gas/gas-tracker.ts'
import { priceListOf } from '../../fvm/gas/price-list.ts'
import type { ActorRegistry, Externs, NetworkContext } from '../../fvm/machine.ts'
import { StateTree } from '../../fvm/state-tree.ts'
import { type Blockstore, MemoryBlockstore } from '../../ipld/blockstore.ts'
import { readCar } from '../../ipld/car.ts'
import { CID } from '../../ipld/cid.ts'
import type { Message } from '../../protocol/message.ts'
import { payTheDifference } from './replay.ts'
import { decodeMessage, externsOf, networkOf, type Scenario } from './scenario.ts'

/** A message, and all that its outcome depends on but the actors. */
export interface Situation {
  readonly store: Blockstore
  readonly root: CID
  readonly network: NetworkContext
  readonly externs: Externs
  readonly message: Message
  readonly kind: ApplyKind
  /** Bytes that the inclusion cost bills. */
  readonly rawLength: number
}

export interface Engines {
  readonly native: ActorRegistry
  readonly genuine: ActorRegistry
}

/** What one engine made of it. */
export interface EngineRun {
  readonly applied: Applied
  /** The state root, for native actors after paying the fees that the genuine ones cost. */
  readonly root: CID
}

export interface Compared {
  readonly native: EngineRun
  readonly genuine: EngineRun
  /** What differs and should not; empty when nothing does. */
  readonly differences: readonly EngineDifference[]
}

export const engineAspects = [
  'exit code',
  'return',
  'return codec',
  'events',
  'state root',
  'kernel charges',
] as const

export interface EngineDifference {
  readonly aspect: (typeof engineAspects)[number]
  readonly native: string
  readonly genuine: string
}

/**
 * Runs a message through both engines.
 * @throws Error what {@link Executor.apply} throws
 */
export function compareEngines(situation: Situation, { native, genuine }: Engines): Compared {
  const { store, root, message } = situation
  const exact = run(situation, genuine)
  const exactRun = { applied: exact.applied, root: exact.tree.flush() }
  const ours = run(situation, native)
  payTheDifference(ours.tree, message, ours.applied.fees, exact.applied.fees)
  const ourRun = { applied: ours.applied, root: ours.tree.flush() }
  return { native: ourRun, genuine: exactRun, differences: differencesOf(ourRun, exactRun) }

  function run({ network, externs, kind, rawLength }: Situation, actors: ActorRegistry) {
    const tree = StateTree.load(store, root)
    const prices = priceListOf(network.networkVersion)
    const executor = new Executor({ store, tree, actors, prices, network, externs })
    executor.trace = true
    return { tree, applied: executor.apply(message, kind, rawLength) }
  }
}

export interface ComparedMessage extends Compared {
  readonly index: number
  readonly note: string
}

/**
 * Compares message by message, each from the state that the genuine actors have left.
 * @throws CarError when the genesis is damaged
 */
export function* compareScenario(scenario: Scenario, engines: Engines): Generator<ComparedMessage> {
  const store = new MemoryBlockstore()
  readCar(new Uint8Array(Buffer.from(scenario.genesis.car, 'base64')), store)
  let root = CID.parse(scenario.genesis.stateRootCid)
  let index = 0
  for (const epoch of scenario.epochs) {
    const network = networkOf(scenario, epoch)
    const externs = externsOf(epoch)
    for (const { message: recorded, kind, rawLength, note = '' } of epoch.messages) {
      const message = decodeMessage(recorded)
      const situation = { store, root, network, externs, message, kind, rawLength }
      const compared = compareEngines(situation, engines)
      root = compared.genuine.root
      yield { index: index++, note, ...compared }
    }
  }
}

function differencesOf(native: EngineRun, genuine: EngineRun): EngineDifference[] {
  const rows: [EngineDifference['aspect'], (run: EngineRun) => string][] = [
    ['exit code', ({ applied }) => String(applied.receipt.exitCode)],
    ['return', ({ applied }) => toHex(applied.receipt.returnData)],
    ['return codec', ({ applied }) => String(applied.returnCodec)],
    ['events', ({ applied }) => String(applied.receipt.eventsRoot)],
    ['state root', ({ root }) => String(root)],
  ]
  const differences = rows
    .map(([aspect, of]) => ({ aspect, native: of(native), genuine: of(genuine) }))
    .filter((row) => row.native !== row.genuine)
  const charges = kernelDifference(native.applied, genuine.applied)
  return charges === undefined ? differences : [...differences, charges]
}

/** The first kernel charge that is not the same. */
function kernelDifference(native: Applied, genuine: Applied): EngineDifference | undefined {
  // where gas ran out depends on the wasm part
  if (native.ranOut || genuine.ranOut) return undefined
  const [ours, theirs] = [kernelCharges(native), kernelCharges(genuine)]
  const at = Array.from({ length: Math.max(ours.length, theirs.length) }).findIndex(
    (_, i) => chargeText(ours[i]) !== chargeText(theirs[i]),
  )
  if (at === -1) return undefined
  const text = (charges: readonly GasCharge[]) => `#${at} ${chargeText(charges[at])}`
  return { aspect: 'kernel charges', native: text(ours), genuine: text(theirs) }
}

function kernelCharges({ charges = [] }: Applied): GasCharge[] {
  return charges.filter(({ name, milligas }) => name !== WASM_CHARGE && milligas !== 0)
}

function chargeText(charge: GasCharge | undefined): string {
  return charge === undefined ? 'nothing' : `${charge.name} ${charge.milligas / GAS}`
}
