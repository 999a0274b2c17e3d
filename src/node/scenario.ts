/**
 * Recorded scenarios: a genesis, messages in order, and what the genuine actors made of each
 * (format: test/vectors/README.md). Read, run, compared.
 */

import { nativeRegistry } from '../actors/manifest.ts'
import { UnsupportedActorError } from '../actors/unsupported.ts'
import { Address } from '../address/address.ts'
import { fromHex, toHex, utf8 } from '../base/bytes.ts'
import { blake2b256 } from '../base/hash.ts'
import { type Applied, type ApplyKind, Executor } from '../fvm/executor.ts'
import { priceList } from '../fvm/gas/price-list.ts'
import type { ActorRegistry, Externs, NetworkContext } from '../fvm/machine.ts'
import { StateTree } from '../fvm/state-tree.ts'
import { MemoryBlockstore } from '../ipld/blockstore.ts'
import { readCar } from '../ipld/car.ts'
import { CborWriter } from '../ipld/cbor.ts'
import { CID, Codec } from '../ipld/cid.ts'
import { mainnetV18 } from '../protocol/builtin.ts'
import type { Message } from '../protocol/message.ts'

interface ScenarioMessage {
  readonly kind: ApplyKind
  readonly note?: string
  readonly message: {
    readonly toHex: string
    readonly fromHex: string
    readonly nonce: number
    readonly value: string
    readonly gasLimit: number
    readonly gasFeeCap: string
    readonly gasPremium: string
    readonly method: number
    readonly paramsHex: string
  }
  readonly rawLength: number
  readonly expect: Expectation
}

export interface Expectation {
  readonly exitCode: number
  readonly returnHex: string
  readonly returnCodec: number | null
  readonly gasUsed: number
  readonly wasmMilligas: number
  readonly eventsRoot: string | null
  readonly minerTip: string
  readonly penalty: string
  readonly refund: string
  readonly baseFeeBurn: string
  readonly overEstimationBurn: string
  readonly stateRootCid: string
}

export interface Scenario {
  readonly name: string
  readonly about: string
  readonly networkVersion: number
  readonly chainId: number
  readonly feeFree: boolean
  readonly circulatingSupply: string
  readonly genesis: { readonly stateRootCid: string; readonly car: string }
  readonly epochs: readonly {
    readonly epoch: number
    readonly timestamp: number
    readonly baseFee: string
    readonly tipsetCids: Readonly<Record<string, string>>
    readonly randomness: {
      readonly beacon: Readonly<Record<string, string>>
      readonly chain: Readonly<Record<string, string>>
    }
    readonly messages: readonly ScenarioMessage[]
  }[]
}

/** How one message went, next to how it should have gone. */
export interface Replayed {
  readonly index: number
  readonly epoch: number
  readonly kind: ApplyKind
  readonly note: string
  readonly expected: Expectation
  readonly applied: Applied
  readonly stateRoot: CID
  /** What differs; empty when all is as recorded. */
  readonly differences: readonly Difference[]
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
  /** State roots stop being comparable once a message is skipped, or gas differs and costs. */
  let comparable = true
  let index = 0
  for (const epoch of scenario.epochs) {
    const network: NetworkContext = {
      epoch: epoch.epoch,
      timestamp: epoch.timestamp,
      baseFee: BigInt(epoch.baseFee),
      chainId: scenario.chainId,
      networkVersion: scenario.networkVersion,
      circulatingSupply: BigInt(scenario.circulatingSupply),
    }
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
      const stateRoot = executor.flush()
      const paysForGas = message.gasFeeCap > 0n && recorded.kind === 'explicit'
      if (paysForGas && applied.receipt.gasUsed !== recorded.expect.gasUsed) comparable = false
      yield {
        index: index++,
        epoch: epoch.epoch,
        kind: recorded.kind,
        note: recorded.note ?? '',
        expected: recorded.expect,
        applied,
        stateRoot,
        differences: compare(recorded.expect, applied, comparable ? stateRoot : undefined),
      }
    }
  }
}

function compare(
  expected: Expectation,
  applied: Applied,
  stateRoot: CID | undefined,
): readonly Difference[] {
  const { receipt, fees } = applied
  const rows: [Aspect, string, string][] = [
    ['exit code', String(expected.exitCode), String(receipt.exitCode)],
    ['return', expected.returnHex, toHex(receipt.returnData)],
    ['events root', String(expected.eventsRoot), String(receipt.eventsRoot)],
    ['fees', expected.minerTip, String(fees.minerTip)],
  ]
  if (stateRoot !== undefined) rows.push(['state root', expected.stateRootCid, String(stateRoot)])
  if (expected.gasUsed === receipt.gasUsed) {
    rows.push(['fees', expected.refund, String(fees.refund)])
    rows.push(['fees', expected.penalty, String(fees.minerPenalty)])
  }
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

function kernelComparable(expected: Expectation, { receipt, ranOut }: Applied): boolean {
  return !ranOut && expected.gasUsed > 0 && receipt.gasUsed > 0
}

/** Kernel charges, exact to the rounding of gasUsed. */
export function kernelGas({ gasUsed, wasmMilligas }: Expectation): number {
  return gasUsed - wasmMilligas / 1_000
}

export function kernelGasOf({ receipt, wasmMilligas }: Applied): number {
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

function decodeMessage(recorded: ScenarioMessage['message']): Message {
  return {
    version: 0n,
    to: Address.fromBytes(fromHex(recorded.toHex)),
    from: Address.fromBytes(fromHex(recorded.fromHex)),
    nonce: BigInt(recorded.nonce),
    value: BigInt(recorded.value),
    gasLimit: recorded.gasLimit,
    gasFeeCap: BigInt(recorded.gasFeeCap),
    gasPremium: BigInt(recorded.gasPremium),
    method: BigInt(recorded.method),
    params: fromHex(recorded.paramsHex),
  }
}

/** Recorded answers, and for epochs that were not asked for the rule by which they were made. */
function externsOf({ tipsetCids, randomness }: Scenario['epochs'][number]): Externs {
  return {
    chainRandomness: (epoch) => recordedDigest(randomness.chain, 'chain', epoch),
    beaconRandomness: (epoch) => recordedDigest(randomness.beacon, 'beacon', epoch),
    tipsetCid(epoch) {
      const recorded = tipsetCids[String(epoch)]
      if (recorded !== undefined) return CID.parse(recorded)
      const key = new CborWriter().bytes(utf8(`golden/tipset/${epoch}`)).finish()
      return CID.of(Codec.DAG_CBOR, key)
    },
  }
}

function recordedDigest(
  recorded: Readonly<Record<string, string>>,
  kind: 'beacon' | 'chain',
  epoch: number,
): Uint8Array {
  const digest = recorded[String(epoch)]
  return digest === undefined ? blake2b256(utf8(`golden/${kind}/${epoch}`)) : fromHex(digest)
}
