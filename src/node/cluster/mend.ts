/**
 * What a new producer does before it writes: its store and the log are made equal. The log wins
 * where both have a commit; what only the producer has was acknowledged, and goes back into the log.
 */
import { randomBytes } from 'node:crypto'
import { equal, toHex } from '../../base/bytes.ts'
import { blake2b256 } from '../../base/hash.ts'
import type { LevelStore } from '../../ipld/level.ts'
import type { Row } from '../../ipld/level-table.ts'
import { Table } from '../../ipld/level-table.ts'
import {
  type Applied,
  digestAt,
  putApplied,
  readApplied,
  readCommit,
} from '../../shared/applied.ts'
import { encodeRows } from '../../shared/commit.ts'
import type { LogState, SharedLog } from '../../shared/shared-log.ts'
import { DivergedError } from './follower.ts'

const CHUNK_BYTES = 1 << 20
/** Commits that a log written anew also has one by one. */
const RECENT = 256
const EVERYTHING = { gte: new Uint8Array(0), lt: new Uint8Array(64).fill(0xff) }

/** Starting a chain here could hide one that was lost; it has to be asked for. */
export class NoChainError extends Error {
  override name = 'NoChainError'
}

export type Mended = 'as it was' | 'commits given back' | 'written anew' | 'to be begun'

/**
 * @param mayBegin whether a chain may be started where there is none
 * @throws NoChainError, DivergedError, FencedError, SharedStoreError
 */
export async function mendLog(
  log: SharedLog,
  store: LevelStore,
  token: number,
  mayBegin: boolean,
): Promise<Mended> {
  const state = await log.state()
  const at = readApplied(store) ?? (await adopt(store))
  if (at === undefined) {
    if (state !== undefined) throw new DivergedError('the shared log has not been read yet')
    if (mayBegin) return 'to be begun'
    throw new NoChainError(
      'neither the shared store nor the data folder holds a chain. Start one producer with --init to begin one; ' +
        'if there was a chain, start the producer that has its data folder, which fills the shared store again',
    )
  }
  if (state !== undefined) {
    if (state.id !== at.id) throw new DivergedError(`the shared store has another log, ${state.id}`)
    if (await giveBack(log, store, token, at, state)) {
      return state.sequence === at.sequence ? 'as it was' : 'commits given back'
    }
  }
  await log.seed(token, at, chunksOf(store), recentOf(store, at))
  return 'written anew'
}

/** @returns false: too much is missing */
async function giveBack(
  log: SharedLog,
  store: LevelStore,
  token: number,
  at: Applied,
  state: LogState,
): Promise<boolean> {
  if (state.sequence > at.sequence) throw new DivergedError('the shared log has not been read yet')
  const digest = digestAt(store, state.sequence)
  if (digest !== undefined && !equal(digest, state.digest)) {
    throw new DivergedError(`the store differs from the shared log at commit ${state.sequence}`)
  }
  if (digest === undefined) return false
  let previous = digest
  for (let sequence = state.sequence + 1; sequence <= at.sequence; sequence++) {
    const commit = readCommit(store, sequence)
    if (commit === undefined) return false
    await log.append(token, { id: at.id, sequence, previous, body: commit.body })
    previous = commit.digest
  }
  return true
}

/** Bodies of the newest commits, for those who have all but these. */
function recentOf(store: LevelStore, { sequence }: Applied): Uint8Array[] {
  const bodies: Uint8Array[] = []
  for (let n = sequence; n > 0 && bodies.length < RECENT; n--) {
    const commit = readCommit(store, n)
    if (commit === undefined) break
    bodies.push(commit.body)
  }
  return bodies.reverse()
}

/** A chain that was made without a cluster becomes the beginning of a log. */
async function adopt(store: LevelStore): Promise<Applied | undefined> {
  for await (const [key] of store.rows(EVERYTHING)) {
    if (key[0] === Table.FORMAT) continue
    const id = toHex(randomBytes(16))
    const applied = { id, sequence: 1, digest: blake2b256(randomBytes(32)) }
    const batch = store.batch()
    putApplied(batch, applied)
    await store.commit(batch, { sync: true })
    return applied
  }
  return undefined
}

async function* chunksOf(store: LevelStore): AsyncIterable<Uint8Array> {
  let rows: Row[] = []
  let size = 0
  for await (const row of store.rows(EVERYTHING)) {
    const [key, value] = row
    if (key[0] === Table.FORMAT || key[0] === Table.LOG) continue
    rows.push(row)
    size += key.length + value.length
    if (size < CHUNK_BYTES) continue
    yield encodeRows(rows)
    rows = []
    size = 0
  }
  if (rows.length > 0) yield encodeRows(rows)
}
