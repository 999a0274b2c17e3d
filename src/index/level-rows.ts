/** Single rows of the index, as reader and writer both look them up. */
import type { BlockRecord, Hash } from '../eth/records.ts'
import { uint } from '../ipld/codec.ts'
import type { Rows } from '../ipld/level-table.ts'
import { IndexState } from './coverage.ts'
import { blockKey, canonicalKey, nullRoundsKey, STATE_KEY } from './level-keys.ts'
import { piecesAround } from './null-rounds.ts'
import { BlockRow } from './record-codecs.ts'

const EMPTY_STATE: IndexState = { head: null, coverage: [] }

export function readState(rows: Rows): IndexState {
  const row = rows.get(STATE_KEY)
  return row === undefined ? EMPTY_STATE : IndexState.decode(row)
}

/** Hash of the canonical tipset at an epoch. */
export function canonicalHash(rows: Rows, epoch: number): Hash | undefined {
  return rows.get(canonicalKey(epoch))
}

/** Epoch of the tipset before a null round; undefined when the chain starts after it. */
export function epochBefore(rows: Rows, nullRound: number): number | undefined {
  for (const piece of piecesAround(nullRound)) {
    const row = rows.get(nullRoundsKey(piece))
    if (row !== undefined) return uint.decode(row)
  }
  return undefined
}

export function readBlock(rows: Rows, hash: Hash): BlockRecord | undefined {
  const row = rows.get(blockKey(hash))
  return row && BlockRow.decode(row)
}
