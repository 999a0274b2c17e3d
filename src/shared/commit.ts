/**
 * A commit as it lies in the shared log:
 *
 *     body = 00 ‖ CBOR   or   01 ‖ deflate(CBOR)
 *     CBOR = [[[key, value | null] …], [reverted block record …], [applied block hash …]]
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { concat } from '../base/bytes.ts'
import { CID, CidError } from '../ipld/cid.ts'
import { bytes, list, nullable, type TypeOf, tuple } from '../ipld/codec.ts'
import type { Change } from '../ipld/level-batch.ts'
import { Table } from '../ipld/level-table.ts'

const PLAIN = Uint8Array.of(0)
const DEFLATED = Uint8Array.of(1)
/** Below it deflate saves less than its time is worth. */
const WORTH_DEFLATING = 256
/** What a damaged body may grow to. */
const MAX_INFLATED = 1 << 30

/** undefined rows are removed. */
const Row = tuple({ key: bytes, value: nullable(bytes) })

const CommitRow = tuple({ rows: list(Row), revert: list(bytes), apply: list(bytes) })
export type Commit = TypeOf<typeof CommitRow>

/** How a commit moved the head, for those who listen. */
export interface News {
  /** Encoded block records, newest first. */
  readonly revert: readonly Uint8Array[]
  /** Block hashes, oldest first. */
  readonly apply: readonly Uint8Array[]
}

/** The head stayed. */
export const NO_NEWS: News = { revert: [], apply: [] }

export function encodeCommit(changes: Iterable<Change>, { revert, apply }: News): Uint8Array {
  const rows = Array.from(changes, ({ key, value }) => ({ key, value: value ?? null }))
  return pack(CommitRow.encode({ rows, revert: [...revert], apply: [...apply] }))
}

/** @throws Error when the body is damaged, or a state block is not what its CID says */
export function decodeCommit(body: Uint8Array): Commit {
  const commit = CommitRow.decode(unpack(body))
  for (const { key, value } of commit.rows) checkBlock(key, value)
  return commit
}

/** A part of a base: rows only. */
export function encodeRows(rows: readonly (readonly [Uint8Array, Uint8Array])[]): Uint8Array {
  return encodeCommit(
    rows.map(([key, value]) => ({ key, value })),
    NO_NEWS,
  )
}

function pack(plain: Uint8Array): Uint8Array {
  if (plain.length < WORTH_DEFLATING) return concat(PLAIN, plain)
  const deflated = deflateRawSync(plain, { level: 1 })
  return deflated.length < plain.length ? concat(DEFLATED, deflated) : concat(PLAIN, plain)
}

function unpack(body: Uint8Array): Uint8Array {
  const content = body.subarray(1)
  if (body[0] === PLAIN[0]) return content
  if (body[0] !== DEFLATED[0]) throw new Error('a commit of an unknown form')
  return new Uint8Array(inflateRawSync(content, { maxOutputLength: MAX_INFLATED }))
}

function checkBlock(key: Uint8Array, value: Uint8Array | null): void {
  if (key[0] !== Table.BLOCK || value === null) return
  const cid = CID.fromBytes(key.subarray(1))
  if (cid.isBlake2b256 && CID.of(cid.codec, value).equals(cid)) return
  throw new CidError(`a block of the shared log is not what its CID says: ${cid}`)
}
