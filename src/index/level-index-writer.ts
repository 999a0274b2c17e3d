/** Writes the index into a batch of the embedded store. */
import { equal } from '../base/bytes.ts'
import type { BlockRecord, Hash, IndexedTipset, LogRecord } from '../eth/records.ts'
import { CID } from '../ipld/cid.ts'
import { uint } from '../ipld/codec.ts'
import type { Batch } from '../ipld/level-batch.ts'
import { covers, IndexState, type Interval, withInterval } from './coverage.ts'
import {
  blockKey,
  canonicalKey,
  logsKey,
  messageKey,
  nullRoundsKey,
  type Place,
  placeKey,
  postingsKey,
  STATE_KEY,
  transactionHashKey,
  transactionKey,
} from './level-keys.ts'
import { canonicalHash, epochBefore, readBlock, readState } from './level-rows.ts'
import { ConflictError, type IndexWriter } from './log-query.ts'
import { piecesBetween } from './null-rounds.ts'
import { postingsOf, Spots } from './postings.ts'
import { BlockRow, LogsRow, PlaceRow, TransactionRow } from './record-codecs.ts'

/** A batch sees its own changes, so one writer may revert and apply several tipsets. */
export class LevelIndexWriter implements IndexWriter {
  readonly #batch: Batch

  constructor(batch: Batch) {
    this.#batch = batch
  }

  apply(tipset: IndexedTipset): void {
    const { block } = tipset
    this.#join(block)
    this.#batch.put(canonicalKey(block.epoch), block.hash)
    this.#putRecords(tipset)
    const logs = tipset.receipts.map((receipt) => receipt.logs)
    for (const { term, spots } of postingsOf(logs)) {
      this.#batch.put(postingsKey(term, block.epoch), Spots.encode(spots))
    }
  }

  revert(block: BlockRecord): void {
    const { epoch, hash } = block
    const { head, coverage } = readState(this.#batch)
    if (head === null || !equal(head, hash)) {
      throw new ConflictError(`the tipset to revert, at epoch ${epoch}, is not the head`)
    }
    const below = coverage.slice(0, -1)
    const { from } = coverage.at(-1)!
    const parent = from < epoch ? this.#tipsetBefore(epoch) : undefined
    if (parent !== undefined) {
      below.push({ from, to: parent })
      for (const piece of piecesBetween(parent, epoch)) this.#batch.delete(nullRoundsKey(piece))
    }
    this.#batch.delete(canonicalKey(epoch))
    for (const transaction of block.transactions) this.#batch.delete(placeKey(transaction))
    const logs = block.transactions.map((_, index) =>
      this.#logsAt({ epoch, blockHash: hash, index }),
    )
    for (const { term } of postingsOf(logs)) this.#batch.delete(postingsKey(term, epoch))
    const top = below.at(-1)
    this.#putState(top === undefined ? null : canonicalHash(this.#batch, top.to)!, below)
  }

  erase(block: BlockRecord): void {
    const { epoch, hash, transactions } = block
    const canonical = canonicalHash(this.#batch, epoch)
    if (canonical !== undefined && equal(canonical, hash)) this.revert(block)
    transactions.forEach((transaction, index) => {
      const place = { epoch, blockHash: hash, index }
      this.#batch.delete(transactionKey(place))
      this.#batch.delete(logsKey(place))
      // another tipset may have mined the same message
      if (this.#batch.get(placeKey(transaction)) === undefined) {
        const cid = this.#batch.get(messageKey(transaction))
        if (cid !== undefined) this.unlink(CID.fromBytes(cid), transaction)
      }
    })
    this.#batch.delete(blockKey(hash))
    this.#batch.newGeneration()
  }

  link(message: CID, transactionHash: Hash): void {
    this.#batch.put(transactionHashKey(message), transactionHash)
    this.#batch.put(messageKey(transactionHash), message.bytes)
  }

  unlink(message: CID, transactionHash: Hash): void {
    this.#batch.delete(transactionHashKey(message))
    this.#batch.delete(messageKey(transactionHash))
  }

  /** Extends the coverage by a tipset and joins it to its parent and its child, if they are there. */
  #join(block: BlockRecord): void {
    const { epoch } = block
    const { head, coverage } = readState(this.#batch)
    if (covers(coverage, epoch, epoch)) throw new ConflictError(`epoch ${epoch} is indexed already`)
    const below = coverage.findLast(({ to }) => to < epoch)
    const above = coverage.find(({ from }) => epoch < from)
    let { from, to }: Interval = { from: isFirst(block) ? 0 : epoch, to: epoch }
    if (below !== undefined) {
      if (equal(canonicalHash(this.#batch, below.to)!, block.parentHash)) {
        this.#putNullRounds(below.to, epoch)
        from = below.from
      } else if (from <= below.to + 1) {
        throw new ConflictError(
          `the tipset at epoch ${epoch} does not build on that at ${below.to}`,
        )
      }
    }
    if (above !== undefined) {
      const child = readBlock(this.#batch, canonicalHash(this.#batch, above.from)!)!
      if (equal(child.parentHash, block.hash)) {
        this.#putNullRounds(epoch, above.from)
        to = above.to
      } else if (to + 1 === above.from) {
        throw new ConflictError(`the tipset at epoch ${above.from} does not build on that at ${to}`)
      }
    }
    this.#putState(above === undefined ? block.hash : head, withInterval(coverage, { from, to }))
  }

  #putRecords({ block, transactions, receipts }: IndexedTipset): void {
    this.#batch.put(blockKey(block.hash), BlockRow.encode(block))
    transactions.forEach((transaction, index) => {
      const { logs, ...receipt } = receipts[index]!
      const place = { epoch: block.epoch, blockHash: block.hash, index }
      const row = { transaction, receipt: { ...receipt, logCount: logs.length } }
      this.#batch.put(transactionKey(place), TransactionRow.encode(row))
      if (logs.length > 0) {
        const row = { transactionHash: transaction.hash, logs: [...logs] }
        this.#batch.put(logsKey(place), LogsRow.encode(row))
      }
      this.#batch.put(placeKey(transaction.hash), PlaceRow.encode(place))
      this.link(transaction.cid, transaction.hash)
    })
  }

  #logsAt(place: Place): readonly LogRecord[] {
    const row = this.#batch.get(logsKey(place))
    return row === undefined ? [] : LogsRow.decode(row).logs
  }

  #putNullRounds(tipset: number, next: number): void {
    const row = uint.encode(tipset)
    for (const piece of piecesBetween(tipset, next)) this.#batch.put(nullRoundsKey(piece), row)
  }

  #tipsetBefore(epoch: number): number | undefined {
    if (canonicalHash(this.#batch, epoch - 1) !== undefined) return epoch - 1
    return epochBefore(this.#batch, epoch - 1)
  }

  #putState(head: Hash | null, coverage: Interval[]): void {
    this.#batch.put(STATE_KEY, IndexState.encode({ head, coverage }))
  }
}

/** Nothing comes before a tipset whose parent is all zeros. */
function isFirst(block: BlockRecord): boolean {
  return block.parentHash.every((byte) => byte === 0)
}
