/**
 * Which commits of the shared log are in an embedded store:
 *
 *     6c 00              applied   the log's id, number and digest of the newest commit
 *     6c 01 <n>          commit    u48 → digest(n) ‖ body(n); the newest ones, to give them to the
 *                                  log again should it have lost them
 *     6c 02              loading   there while a base is being loaded: the store is not whole
 */
import { concat } from '../base/bytes.ts'
import { fixedBytes, type TypeOf, text, tuple, uint } from '../ipld/codec.ts'
import type { LevelStore } from '../ipld/level.ts'
import type { Batch } from '../ipld/level-batch.ts'
import { type Rows, Table } from '../ipld/level-table.ts'
import { digestOf, START_DIGEST } from './shared-log.ts'

/** A failover of Redis loses a second or so. */
const KEPT_COMMITS = 1_024
const DIGEST_LENGTH = 32

const APPLIED_KEY = Uint8Array.of(Table.LOG, 0)
const LOADING_KEY = Uint8Array.of(Table.LOG, 2)

export const Applied = tuple({ id: text, sequence: uint, digest: fixedBytes(DIGEST_LENGTH) })
export type Applied = TypeOf<typeof Applied>

export interface KeptCommit {
  readonly digest: Uint8Array
  readonly body: Uint8Array
}

export function readApplied(rows: Rows): Applied | undefined {
  const row = rows.get(APPLIED_KEY)
  return row && Applied.decode(row)
}

export function putApplied(batch: Batch, applied: Applied): void {
  batch.put(APPLIED_KEY, Applied.encode(applied))
}

/** Adds what makes a batch the store's next commit. @returns where the store is then */
export function putCommit(batch: Batch, before: Applied, body: Uint8Array): Applied {
  const sequence = before.sequence + 1
  const digest = digestOf(before.digest, body)
  batch.put(commitKey(sequence), concat(digest, body))
  if (sequence > KEPT_COMMITS) batch.delete(commitKey(sequence - KEPT_COMMITS))
  const applied = { id: before.id, sequence, digest }
  putApplied(batch, applied)
  return applied
}

export function readCommit(rows: Rows, sequence: number): KeptCommit | undefined {
  const row = rows.get(commitKey(sequence))
  return row && { digest: row.slice(0, DIGEST_LENGTH), body: row.slice(DIGEST_LENGTH) }
}

/** Digest after a commit, as long as it is known. */
export function digestAt(rows: Rows, sequence: number): Uint8Array | undefined {
  const applied = readApplied(rows)
  if (applied?.sequence === sequence) return applied.digest
  return sequence === 0 ? START_DIGEST : readCommit(rows, sequence)?.digest
}

export function isLoading(rows: Rows): boolean {
  return rows.get(LOADING_KEY) !== undefined
}

/** From here to {@link putLoaded} the store is not whole, whatever happens. */
export async function markLoading(store: LevelStore): Promise<void> {
  const batch = store.batch()
  batch.put(LOADING_KEY, Uint8Array.of(1))
  await store.commit(batch, { sync: true })
}

export function putLoaded(batch: Batch, applied: Applied): void {
  batch.delete(LOADING_KEY)
  putApplied(batch, applied)
}

function commitKey(sequence: number): Uint8Array {
  const key = new Uint8Array(8)
  key[0] = Table.LOG
  key[1] = 1
  const view = new DataView(key.buffer)
  view.setUint16(2, Math.floor(sequence / 2 ** 32))
  view.setUint32(4, sequence >>> 0)
  return key
}
