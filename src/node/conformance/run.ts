/** Runs a vector and compares: exit code, return, gas to the unit, and the state root at the end. */
import { gunzipSync } from 'node:zlib'
import { Protocol } from '../../address/address.ts'
import { toHex, utf8 } from '../../base/bytes.ts'
import { UnknownCodeError } from '../../fvm/errors.ts'
import { Executor } from '../../fvm/executor.ts'
import { type PriceList, priceListOf } from '../../fvm/gas/price-list.ts'
import type { ActorRegistry, Externs } from '../../fvm/machine.ts'
import { acceptProofs, type ProofVerifier } from '../../fvm/proof-syscalls.ts'
import { StateTree } from '../../fvm/state-tree.ts'
import { MemoryBlockstore } from '../../ipld/blockstore.ts'
import { readCar } from '../../ipld/car.ts'
import { CID, Codec } from '../../ipld/cid.ts'
import { messageCodec } from '../../protocol/message.ts'
import type { Vector } from './vector.ts'

export type Verdict =
  | 'agrees'
  | 'differs'
  /** Differs, after a storage proof was taken to be true that nobody has verified. */
  | 'unproven'
  | 'not run'

export interface VectorResult {
  readonly verdict: Verdict
  /** What differs, or why it was not run. */
  readonly reasons: readonly string[]
}

/** What the reference runner adds to a message for its secp256k1 signature. */
const SIGNATURE_LENGTH = 69
/** Its answer to randomness that was not recorded. */
const UNRECORDED = utf8('i_am_random_____i_am_random_____')
const EPOCH_SECONDS = 30

/** One result for all variants: network versions under which the same must come out. */
export function runVector(vector: Vector, actors: ActorRegistry): VectorResult {
  if (vector.class !== 'message') {
    return notRun(`class ${vector.class}: only single messages are run, no whole tipsets`)
  }
  const results = vector.preconditions.variants.map((variant) => {
    try {
      return runVariant(vector, variant, actors)
    } catch (error) {
      // the state is that of other actors
      if (error instanceof UnknownCodeError) return notRun(`${error.message} in this bundle`)
      throw error
    }
  })
  return results.find(({ verdict }) => verdict !== 'agrees') ?? results[0]!
}

type Variant = Vector['preconditions']['variants'][number]

function runVariant(vector: Vector, variant: Variant, actors: ActorRegistry): VectorResult {
  const { preconditions, postconditions, apply_messages: messages, baseFee } = vector
  const prices = pricesOf(variant.nv)
  if (prices === undefined) return notRun(`network version ${variant.nv}: its prices are not known`)
  const store = new MemoryBlockstore()
  readCar(new Uint8Array(gunzipSync(vector.car)), store)
  const tree = StateTree.load(store, CID.parse(preconditions.state_tree.root_cid))
  const { proofs, taken } = trustingProofs()
  const differences: string[] = []
  const compare = (aspect: string, actual: unknown, expected: unknown) => {
    if (actual !== expected) differences.push(`${aspect}: ${actual} instead of ${expected}`)
  }

  for (const [index, { bytes, epoch_offset: offset }] of (messages ?? []).entries()) {
    const epoch = variant.epoch + (offset ?? 0)
    const network = {
      epoch,
      timestamp: epoch * EPOCH_SECONDS,
      baseFee,
      chainId: 0,
      networkVersion: variant.nv,
      circulatingSupply: vector.circulatingSupply,
    }
    const externs = externsOf(vector)
    const executor = new Executor({ store, tree, actors, prices, network, externs, proofs })
    const message = messageCodec.decode(bytes)
    const signature = message.from.protocol === Protocol.SECP256K1 ? SIGNATURE_LENGTH : 0
    const { receipt, failure } = executor.apply(message, 'explicit', bytes.length + signature)
    const expected = postconditions.receipts?.[index]
    if (expected === undefined) return notRun(`no receipt for message ${index}`)
    const why = failure === '' ? '' : ` (${failure})`
    compare(`exit code${why}`, receipt.exitCode, expected.exit_code)
    compare('return', toHex(receipt.returnData), toHex(expected.return))
    compare('gas used', receipt.gasUsed, expected.gas_used)
  }
  compare('state root', String(tree.flush()), postconditions.state_tree.root_cid)
  if (differences.length === 0) return { verdict: 'agrees', reasons: [] }
  if (taken.size === 0) return { verdict: 'differs', reasons: differences }
  const unseen = `not verified, taken to be true: ${[...taken].join(', ')}`
  return { verdict: 'unproven', reasons: [unseen, ...differences] }
}

function notRun(reason: string): VectorResult {
  return { verdict: 'not run', reasons: [reason] }
}

function pricesOf(networkVersion: number): PriceList | undefined {
  try {
    return priceListOf(networkVersion)
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

function externsOf({ randomness }: Vector): Externs {
  const recorded = (kind: 'beacon' | 'chain', epoch: number) =>
    randomness?.find(({ on }) => on[0] === kind && on[1] === epoch)?.ret ?? UNRECORDED
  return {
    beaconRandomness: (epoch) => recorded('beacon', epoch),
    chainRandomness: (epoch) => recorded('chain', epoch),
    tipsetCid: () => CID.of(Codec.DAG_CBOR, Uint8Array.of(0x80)),
  }
}

/** Accepts every proof, as the reference runner does, and remembers which. */
function trustingProofs(): { proofs: ProofVerifier; taken: ReadonlySet<string> } {
  const taken = new Set<string>()
  const noted = (name: string) => () => {
    taken.add(name)
    return true
  }
  const proofs: ProofVerifier = {
    ...acceptProofs,
    windowPoSt: noted('window PoSt'),
    aggregateSeals: noted('aggregate of seals'),
    replicaUpdate: noted('replica update'),
    seal: noted('seal'),
  }
  return { proofs, taken }
}
