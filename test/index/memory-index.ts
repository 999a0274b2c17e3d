/** The index as its interface tells it, by looking at everything each time: the tests' oracle. */
import { bytesKey, equal } from '../../src/base/bytes.ts'
import { type LogPattern, matchesLog } from '../../src/eth/log-pattern.ts'
import type { BlockRecord, Hash, IndexedTipset, MinedTransaction } from '../../src/eth/records.ts'
import {
  ConflictError,
  type Index,
  type IndexWriter,
  type LogQuery,
  type LogRow,
  NotIndexedError,
  TooManyLogsError,
} from '../../src/index/log-query.ts'
import type { CID } from '../../src/ipld/cid.ts'

export class MemoryIndex implements Index, IndexWriter {
  readonly #tipsets = new Map<string, IndexedTipset>()
  readonly #links: { message: CID; transactionHash: Hash }[] = []
  /** By epoch, ascending. */
  #canonical: BlockRecord[] = []

  head(): BlockRecord | undefined {
    return this.#canonical.at(-1)
  }

  blockAt(epoch: number): BlockRecord | undefined {
    if (this.#isPastOrPresent(epoch) && !this.covers(epoch, epoch)) throw new NotIndexedError()
    return this.#canonical.find((block) => block.epoch === epoch)
  }

  blockAtOrBefore(epoch: number): BlockRecord | undefined {
    if (this.#isPastOrPresent(epoch) && !this.covers(epoch, epoch)) throw new NotIndexedError()
    return this.#canonical.findLast((block) => block.epoch <= epoch)
  }

  blockByHash(hash: Hash): BlockRecord | undefined {
    return this.#tipsets.get(bytesKey(hash))?.block
  }

  isCanonical(block: BlockRecord): boolean {
    return this.#canonical.some(({ hash }) => equal(hash, block.hash))
  }

  transaction(hash: Hash): MinedTransaction | undefined {
    return this.#canonical
      .flatMap((block) => this.transactions(block))
      .find(({ transaction }) => equal(transaction.hash, hash))
  }

  transactionAt(block: BlockRecord, index: number): MinedTransaction | undefined {
    return this.blockByHash(block.hash) && this.transactions(block)[index]
  }

  transactions(block: BlockRecord): MinedTransaction[] {
    const tipset = this.#tipsets.get(bytesKey(block.hash))
    if (tipset === undefined) throw new NotIndexedError()
    return tipset.transactions.map((transaction, index) => ({
      blockHash: block.hash,
      epoch: block.epoch,
      index,
      transaction,
      receipt: tipset.receipts[index]!,
    }))
  }

  transactionHash(message: CID): Hash | undefined {
    return this.#links.find((link) => link.message.equals(message))?.transactionHash
  }

  messageCid(transactionHash: Hash): CID | undefined {
    return this.#links.find((link) => equal(link.transactionHash, transactionHash))?.message
  }

  async logs(query: LogQuery): Promise<LogRow[]> {
    const { from, to, limit } = query
    if (!this.covers(from, to)) throw new NotIndexedError()
    const rows: LogRow[] = []
    for (const block of this.#canonical) {
      if (block.epoch < from || block.epoch > to) continue
      rows.push(...this.logsOf(block, query))
      if (rows.length > limit) throw new TooManyLogsError(query, block.epoch)
    }
    return rows
  }

  logsOf(block: BlockRecord, pattern: LogPattern): LogRow[] {
    return this.transactions(block).flatMap(({ transaction, index, receipt }) =>
      receipt.logs
        .filter((log) => matchesLog(pattern, log))
        .map((log) => ({
          log,
          blockHash: block.hash,
          epoch: block.epoch,
          transactionHash: transaction.hash,
          transactionIndex: index,
        })),
    )
  }

  /** An epoch is known by its tipset, or by a tipset above it whose parent is below it. */
  covers(from: number, to: number): boolean {
    for (let epoch = from; epoch <= to; epoch++) {
      const next = this.#canonical.findIndex((block) => block.epoch >= epoch)
      const block = this.#canonical[next]
      if (block === undefined || epoch < 0) return false
      const parent = this.#canonical[next - 1]
      const known =
        block.epoch === epoch ||
        (parent === undefined ? isZero(block.parentHash) : equal(parent.hash, block.parentHash))
      if (!known) return false
    }
    return true
  }

  apply(tipset: IndexedTipset): void {
    const { block, transactions } = tipset
    if (this.covers(block.epoch, block.epoch)) throw new ConflictError()
    const parent = this.#canonical.findLast(({ epoch }) => epoch < block.epoch)
    const child = this.#canonical.find(({ epoch }) => epoch > block.epoch)
    const isChildOf = (a: BlockRecord, b: BlockRecord) => equal(a.parentHash, b.hash)
    if (parent !== undefined && !isChildOf(block, parent)) {
      if (parent.epoch === block.epoch - 1 || isZero(block.parentHash)) throw new ConflictError()
    }
    if (child?.epoch === block.epoch + 1 && !isChildOf(child, block)) throw new ConflictError()
    this.#tipsets.set(bytesKey(block.hash), tipset)
    this.#canonical = [...this.#canonical, block].sort((a, b) => a.epoch - b.epoch)
    for (const { cid, hash } of transactions) this.link(cid, hash)
  }

  revert(block: BlockRecord): void {
    const head = this.head()
    if (head === undefined || !equal(head.hash, block.hash)) throw new ConflictError()
    this.#canonical.pop()
  }

  erase(block: BlockRecord): void {
    const { transactions } = this.#tipsets.get(bytesKey(block.hash))!
    if (this.isCanonical(block)) this.revert(block)
    this.#tipsets.delete(bytesKey(block.hash))
    for (const { cid, hash } of transactions) {
      if (this.transaction(hash) === undefined) this.unlink(cid, hash)
    }
  }

  link(message: CID, transactionHash: Hash): void {
    this.unlink(message, transactionHash)
    this.#links.push({ message, transactionHash })
  }

  unlink(message: CID, transactionHash: Hash): void {
    const at = this.#links.findIndex(
      (link) => link.message.equals(message) && equal(link.transactionHash, transactionHash),
    )
    if (at >= 0) this.#links.splice(at, 1)
  }

  #isPastOrPresent(epoch: number): boolean {
    return epoch >= 0 && epoch <= (this.head()?.epoch ?? -1)
  }
}

function isZero(hash: Hash): boolean {
  return hash.every((byte) => byte === 0)
}
