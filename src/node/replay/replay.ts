/** Runs recorded scenarios message by message, and compares. */
import { nativeRegistry } from '../../actors/manifest.ts'
import { UnsupportedActorError } from '../../actors/unsupported.ts'
import type { ActorId } from '../../address/address.ts'
import { toHex } from '../../base/bytes.ts'
import { type Applied, type ApplyKind, Executor, type Fees } from '../../fvm/executor.ts'
import { priceList } from '../../fvm/gas/price-list.ts'
import type { ActorRegistry } from '../../fvm/machine.ts'
import { StateTree } from '../../fvm/state-tree.ts'
import { MemoryBlockstore } from '../../ipld/blockstore.ts'
import { readCar } from '../../ipld/car.ts'
import { CID } from '../../ipld/cid.ts'
import { BURNT_FUNDS_ACTOR, mainnetV18 } from '../../protocol/builtin.ts'
import { gasOutputs } from '../../protocol/gas-outputs.ts'
import type { Message } from '../../protocol/message.ts'
import {
  decodeMessage,
  type Expectation,
  externsOf,
  networkOf,
  type Scenario,
  type ScenarioMessage,
} from './scenario.ts'

/** What a report wants to know of how one message went. */
export interface MeasuredStep {
  readonly index: number
  readonly note: string
  readonly expected: Pick<Expectation, 'gasUsed' | 'wasmMilligas'>
  readonly applied: Applied
  /** What differs; empty when all is as expected. */
  readonly differences: readonly Difference[]
}

/** How one message went, next to how it should have gone. */
export interface Replayed extends MeasuredStep {
  readonly epoch: number
  readonly kind: ApplyKind
  readonly expected: Expectation
  readonly stateRoot: CID
}

export const aspects = [
  'exit code',
  'return',
  'events root',
  'state root',
  'kernel charges',
  'fees',
] as const
export type Aspect = (typeof aspects)[number]

export interface Difference {
  readonly aspect: Aspect
  readonly expected: string
  readonly actual: string
}

/** A message could not run because it needs an actor that is not native. */
export interface Unsupported {
  readonly index: number
  readonly reason: string
}

export type ReplayStep = Replayed | Unsupported

export interface ReplayOptions {
  /** Record charge lists and call trees. */
  readonly trace?: boolean
  readonly actors?: ActorRegistry
}

/**
 * Runs a scenario message by message.
 * @throws CarError when the genesis is damaged
 */
export function* replay(scenario: Scenario, options: ReplayOptions = {}): Generator<ReplayStep> {
  const store = new MemoryBlockstore()
  readCar(new Uint8Array(Buffer.from(scenario.genesis.car, 'base64')), store)
  const tree = StateTree.load(store, CID.parse(scenario.genesis.stateRootCid))
  const actors = options.actors ?? nativeRegistry(mainnetV18)
  /** State roots stop being comparable once a message is skipped; all else stays so. */
  let comparable = true
  let index = 0
  for (const epoch of scenario.epochs) {
    const network = networkOf(scenario, epoch)
    const machine = { store, tree, actors, prices: priceList, network, externs: externsOf(epoch) }
    const executor = new Executor(machine)
    executor.trace = options.trace ?? false
    for (const recorded of epoch.messages) {
      const message = decodeMessage(recorded.message)
      let applied: Applied
      try {
        applied = executor.apply(message, recorded.kind, recorded.rawLength)
      } catch (error) {
        if (!(error instanceof UnsupportedActorError)) throw error
        comparable = false
        if (recorded.kind === 'explicit') useNonce(tree, message)
        yield { index: index++, reason: error.message }
        continue
      }
      const fees = feesAsRecorded(message, network.baseFee, recorded, applied)
      payTheDifference(tree, message, applied.fees, fees)
      const stateRoot = executor.flush()
      yield {
        index: index++,
        epoch: epoch.epoch,
        kind: recorded.kind,
        note: recorded.note ?? '',
        expected: recorded.expect,
        applied,
        stateRoot,
        differences: compare(recorded.expect, applied, fees, comparable ? stateRoot : undefined),
      }
    }
  }
}

/** Fees for the recorded gas: native actors use nearly, not exactly as much. */
function feesAsRecorded(
  message: Message,
  baseFee: bigint,
  { kind, expect }: ScenarioMessage,
  { receipt, fees }: Applied,
): Fees {
  const executed = kind === 'explicit' && receipt.gasUsed > 0
  return executed ? gasOutputs({ ...message, baseFee, gasUsed: expect.gasUsed }) : fees
}

/** Makes balances what they are when the recorded gas is paid for, so that state roots compare. */
export function payTheDifference(tree: StateTree, { from }: Message, paid: Fees, due: Fees): void {
  const burnt = (fees: Fees) => fees.baseFeeBurn + fees.overEstimationBurn
  const pay = (id: ActorId | undefined, amount: bigint) => {
    const state = id === undefined || amount === 0n ? undefined : tree.actor(id)
    if (state !== undefined) tree.set(id!, { ...state, balance: state.balance + amount })
  }
  pay(BURNT_FUNDS_ACTOR, burnt(due) - burnt(paid))
  pay(tree.resolve(from), due.refund - paid.refund)
}

function compare(
  expected: Expectation,
  applied: Applied,
  fees: Fees,
  stateRoot: CID | undefined,
): readonly Difference[] {
  const { receipt } = applied
  const rows: [Aspect, string, string][] = [
    ['exit code', String(expected.exitCode), String(receipt.exitCode)],
    ['return', expected.returnHex, toHex(receipt.returnData)],
    ['events root', String(expected.eventsRoot), String(receipt.eventsRoot)],
    ['fees', feesText(expected), feesText({ ...fees, penalty: fees.minerPenalty })],
  ]
  if (stateRoot !== undefined) rows.push(['state root', expected.stateRootCid, String(stateRoot)])
  // where a frame ran out of gas, the recorded wasm part includes the charge that was refused
  if (kernelComparable(expected, applied)) {
    const [kernel, ours] = [kernelGas(expected), kernelGasOf(applied)]
    // both gasUsed were rounded up to whole gas
    if (Math.abs(kernel - ours) >= 1) rows.push(['kernel charges', String(kernel), String(ours)])
  }
  return rows
    .filter(([, want, got]) => want !== got)
    .map(([aspect, want, got]) => ({ aspect, expected: want, actual: got }))
}

function feesText(fees: Record<'minerTip' | 'penalty' | 'refund' | BurnName, unknown>): string {
  const { minerTip, penalty, refund, baseFeeBurn, overEstimationBurn } = fees
  return `tip ${minerTip} penalty ${penalty} refund ${refund} burns ${baseFeeBurn} ${overEstimationBurn}`
}

type BurnName = 'baseFeeBurn' | 'overEstimationBurn'

function kernelComparable(expected: Expectation, { receipt, ranOut }: Applied): boolean {
  return !ranOut && expected.gasUsed > 0 && receipt.gasUsed > 0
}

/** Kernel charges, exact to the rounding of gasUsed. */
function kernelGas({ gasUsed, wasmMilligas }: Expectation): number {
  return gasUsed - wasmMilligas / 1_000
}

function kernelGasOf({ receipt, wasmMilligas }: Applied): number {
  return receipt.gasUsed - wasmMilligas / 1_000
}

/** A message that could not run has used its sender's nonce all the same. */
function useNonce(tree: StateTree, message: Message): void {
  const id = tree.resolve(message.from)
  const sender = id === undefined ? undefined : tree.actor(id)
  if (id !== undefined && sender?.sequence === message.nonce) {
    tree.set(id, { ...sender, sequence: sender.sequence + 1n })
  }
}
