/** Tipsets with made-up content, for tests and benchmarks of the index. */
import type { EthAddress } from '../../src/address/eth-address.ts'
import { logsBloom, unionOfBlooms } from '../../src/eth/bloom.ts'
import type {
  BlockRecord,
  Hash,
  IndexedTipset,
  LogRecord,
  ReceiptRecord,
  TransactionKind,
  TransactionRecord,
} from '../../src/eth/records.ts'
import { CID, Codec } from '../../src/ipld/cid.ts'

/** A number from 0 up to, not including, 1. */
export type Random = () => number

/** The same numbers for the same seed (mulberry32). */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

export function below(random: Random, bound: number): number {
  return Math.floor(random() * bound)
}

export function pick<T>(random: Random, values: readonly T[]): T {
  return values[below(random, values.length)]!
}

export function randomBytes(random: Random, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => below(random, 256))
}

/** Few enough that any two logs often share some. */
export const addresses: readonly EthAddress[] = [1, 2, 3, 4].map((n) => new Uint8Array(20).fill(n))
export const topics: readonly Hash[] = [1, 2, 3, 4, 5].map((n) => new Uint8Array(32).fill(n))

export interface TipsetShape {
  /** The tipset it builds on; undefined: the first. */
  readonly parent: Pick<BlockRecord, 'hash'> | undefined
  readonly epoch: number
  /** By transaction. */
  readonly logs: readonly (readonly Pick<LogRecord, 'address' | 'topics'>[])[]
  /** Mined again, before the new ones, with logs of their own. */
  readonly again?: readonly TransactionRecord[]
}

/** A tipset of this shape; the rest is random. */
export function tipsetOf(random: Random, shape: TipsetShape): IndexedTipset {
  const { parent, epoch, logs, again = [] } = shape
  const transactions = logs.map((_, i) => again[i] ?? randomTransaction(random))
  // events that are no Ethereum logs leave holes
  let logIndex = 0
  const receipts = logs.map((ofTransaction) =>
    randomReceipt(
      random,
      ofTransaction.map((log) => {
        logIndex += 1 + below(random, 2)
        return { ...log, data: randomBytes(random, below(random, 64)), logIndex }
      }),
    ),
  )
  const block: BlockRecord = {
    hash: randomBytes(random, 32),
    parentHash: parent?.hash ?? new Uint8Array(32),
    epoch,
    timestamp: 1_700_000_000 + 30 * epoch,
    baseFee: BigInt(below(random, 1e9)),
    nextBaseFee: BigInt(below(random, 1e9)),
    gasLimit: 10_000_000_000,
    gasUsed: below(random, 1e9),
    bloom: unionOfBlooms(receipts.map(({ bloom }) => bloom)),
    tipsetKey: Array.from({ length: 1 + below(random, 3) }, () => randomCid(random)),
    stateRoot: randomCid(random),
    receiptsRoot: randomCid(random),
    transactions: transactions.map(({ hash }) => hash),
  }
  return { block, transactions, receipts }
}

/** Up to five transactions with up to four logs each. */
export function randomTipset(
  random: Random,
  parent: Pick<BlockRecord, 'hash'> | undefined,
  epoch: number,
  again: readonly TransactionRecord[] = [],
): IndexedTipset {
  const logs = Array.from({ length: again.length + below(random, 6) }, () =>
    Array.from({ length: below(random, 5) }, () => ({
      address: pick(random, addresses),
      topics: Array.from({ length: below(random, 5) }, () => pick(random, topics)),
    })),
  )
  return tipsetOf(random, { parent, epoch, logs, again })
}

const kinds: readonly TransactionKind[] = ['homestead', 'eip155', 'eip1559', 'native']

export function randomTransaction(random: Random): TransactionRecord {
  return {
    hash: randomBytes(random, 32),
    cid: randomCid(random),
    kind: pick(random, kinds),
    chainId: pick(random, [0n, 314n, 31_415_926n]),
    nonce: BigInt(below(random, 1000)),
    from: randomBytes(random, 20),
    to: random() < 0.2 ? null : randomBytes(random, 20),
    value: BigInt(below(random, 1e9)) * 10n ** 18n,
    gas: below(random, 1e10),
    maxFeePerGas: BigInt(below(random, 1e9)),
    maxPriorityFeePerGas: BigInt(below(random, 1e6)),
    input: randomBytes(random, below(random, 100)),
    v: BigInt(below(random, 2)),
    r: random() < 0.1 ? 0n : 2n ** 255n + BigInt(below(random, 1e9)),
    s: BigInt(below(random, 1e9)),
    message: randomBytes(random, 100),
  }
}

function randomReceipt(random: Random, logs: readonly LogRecord[]): ReceiptRecord {
  const gasUsed = below(random, 1e9)
  return {
    exitCode: random() < 0.8 ? 0 : 33,
    returnData: randomBytes(random, below(random, 40)),
    gasUsed,
    cumulativeGasUsed: gasUsed + below(random, 1e9),
    effectiveGasPrice: BigInt(below(random, 1e9)),
    contractAddress: random() < 0.8 ? null : randomBytes(random, 20),
    eventsRoot: logs.length === 0 ? null : randomCid(random),
    bloom: logsBloom(logs),
    logs,
  }
}

function randomCid(random: Random): CID {
  return CID.fromDigest(Codec.DAG_CBOR, randomBytes(random, 32))
}
