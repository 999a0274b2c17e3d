/**
 * The native actors next to the genuine ones: one message, the same state, both engines. All but
 * the gas of wasm instructions, which native actors model, must be the same.
 */
import { UnsupportedActorError } from '../../actors/unsupported.ts'
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
import {
  type Aspect,
  type Difference,
  type MeasuredStep,
  payTheDifference,
  type Unsupported,
} from './replay.ts'
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
  /** What differs and should not, the genuine outcome as the expected one. */
  readonly differences: readonly Difference[]
}

/**
 * Runs a message through both engines.
 * @throws Error what {@link Executor.apply} throws
 */
export function compareEngines(situation: Situation, { native, genuine }: Engines): Compared {
  const theirs = runSituation(situation, genuine)
  const exact = { applied: theirs.applied, root: theirs.tree.flush() }
  const ours = runSituation(situation, native)
  payTheDifference(ours.tree, situation.message, ours.applied.fees, exact.applied.fees)
  const modelled = { applied: ours.applied, root: ours.tree.flush() }
  return { native: modelled, genuine: exact, differences: differencesOf(modelled, exact) }
}

/** On one engine, with the list of charges. */
export function runSituation(
  situation: Situation,
  actors: ActorRegistry,
): { tree: StateTree; applied: Applied } {
  const { store, root, network, externs, message, kind, rawLength } = situation
  const tree = StateTree.load(store, root)
  const prices = priceListOf(network.networkVersion)
  const executor = new Executor({ store, tree, actors, prices, network, externs })
  executor.trace = true
  return { tree, applied: executor.apply(message, kind, rawLength) }
}

/** A message of a scenario; `applied` is what the native actors did. */
export interface ComparedMessage extends Compared, MeasuredStep {}

/**
 * Compares message by message, each from the state that the genuine actors have left.
 * @throws CarError when the genesis is damaged
 * @throws Error what {@link Executor.apply} throws
 */
export function* compareScenario(
  scenario: Scenario,
  engines: Engines,
): Generator<ComparedMessage | Unsupported> {
  for (const { index, note, situation, goOn } of situationsOf(scenario)) {
    try {
      const compared = compareEngines(situation, engines)
      const { native, genuine } = compared
      goOn(genuine.root)
      const { receipt, wasmMilligas } = genuine.applied
      const expected = { gasUsed: receipt.gasUsed, wasmMilligas }
      yield { index, note, applied: native.applied, expected, ...compared }
    } catch (error) {
      if (!(error instanceof UnsupportedActorError)) throw error
      goOn(runSituation(situation, engines.genuine).tree.flush())
      yield { index, reason: error.message }
    }
  }
}

interface ScenarioSituation {
  readonly index: number
  readonly note: string
  readonly situation: Situation
  /** Tells the state root from which the next message starts. */
  goOn(root: CID): void
}

/** The messages of a scenario, each in its epoch. */
export function* situationsOf(scenario: Scenario): Generator<ScenarioSituation> {
  const store = new MemoryBlockstore()
  readCar(new Uint8Array(Buffer.from(scenario.genesis.car, 'base64')), store)
  let root = CID.parse(scenario.genesis.stateRootCid)
  const goOn = (next: CID) => {
    root = next
  }
  let index = 0
  for (const epoch of scenario.epochs) {
    const network = networkOf(scenario, epoch)
    const externs = externsOf(epoch)
    for (const { message: recorded, kind, rawLength, note = '' } of epoch.messages) {
      const message = decodeMessage(recorded)
      const situation = { store, root, network, externs, message, kind, rawLength }
      yield { index: index++, note, situation, goOn }
    }
  }
}

function differencesOf(native: EngineRun, genuine: EngineRun): Difference[] {
  const rows: [Aspect, (run: EngineRun) => string][] = [
    ['exit code', ({ applied }) => String(applied.receipt.exitCode)],
    [
      'return',
      ({ applied: { receipt, returnCodec } }) => `${returnCodec} ${toHex(receipt.returnData)}`,
    ],
    ['events root', ({ applied }) => String(applied.receipt.eventsRoot)],
    ['state root', ({ root }) => String(root)],
    // all else follows the gas that was used
    ['fees', ({ applied }) => `tip ${applied.fees.minerTip}`],
  ]
  const differences = rows
    .map(([aspect, of]) => ({ aspect, expected: of(genuine), actual: of(native) }))
    .filter(({ expected, actual }) => expected !== actual)
  const charges = kernelDifference(native.applied, genuine.applied)
  return charges === undefined ? differences : [...differences, charges]
}

/** The first kernel charge that is not the same. */
function kernelDifference(native: Applied, genuine: Applied): Difference | undefined {
  // where gas ran out depends on the wasm part
  if (native.ranOut || genuine.ranOut) return undefined
  const [ours, theirs] = [kernelCharges(native), kernelCharges(genuine)]
  const at = Array.from({ length: Math.max(ours.length, theirs.length) }).findIndex(
    (_, i) => chargeText(ours[i]) !== chargeText(theirs[i]),
  )
  if (at === -1) return undefined
  const text = (charges: readonly GasCharge[]) => `#${at} ${chargeText(charges[at])}`
  return { aspect: 'kernel charges', expected: text(theirs), actual: text(ours) }
}

function kernelCharges({ charges = [] }: Applied): GasCharge[] {
  return charges.filter(({ name, milligas }) => name !== WASM_CHARGE && milligas !== 0)
}

function chargeText(charge: GasCharge | undefined): string {
  return charge === undefined ? 'nothing' : `${charge.name} ${charge.milligas / GAS}`
}
