/**
 * Rows of the index in the embedded store. All keys start with `Table.INDEX`, then:
 *
 *     's'                                  state: head and coverage
 *     'e' <epoch>                          hash of the canonical tipset
 *     'n' <level> <epoch>                  epoch of the tipset before these null rounds
 *     'b' <block hash>                     block
 *     't' <epoch> <block hash> <index>     transaction and receipt without its logs
 *     'l' <epoch> <block hash> <index>     logs of a transaction that has some
 *     'h' <transaction hash>               place of a canonical transaction
 *     'm' <transaction hash>               CID of its message
 *     'c' <cid>                            hash of the message's transaction
 *     'p' <position> <term> <epoch>        postings: where in a canonical tipset a term occurs
 *
 * Epochs take 6 bytes, indices 4, big-endian, so that keys sort like numbers. Hashes take 32. A
 * term is an address (position 0, 20 bytes) or a topic (position 1 to 4, 32 bytes).
 *
 * Rows under a block hash stay when their tipset is reverted; 'e', 'n', 'h' and 'p' rows describe
 * the canonical chain only.
 */
import type { Hash } from '../eth/records.ts'
import type { CID } from '../ipld/cid.ts'
import { type KeyRange, Table } from '../ipld/level-table.ts'
import type { Piece } from './null-rounds.ts'

const STATE = 0x73
const CANONICAL = 0x65
const NULL_ROUNDS = 0x6e
const BLOCK = 0x62
const TRANSACTION = 0x74
const LOGS = 0x6c
const PLACE = 0x68
const MESSAGE = 0x6d
const TRANSACTION_HASH = 0x63
const POSTINGS = 0x70

const EPOCH_LENGTH = 6
const HASH_LENGTH = 32
/** Table and row bytes. */
const PREFIX_LENGTH = 2

/** Where a transaction is. */
export interface Place {
  readonly epoch: number
  readonly blockHash: Hash
  readonly index: number
}

/** What a log can be found by. */
export interface Term {
  /** 0: the address; 1 to 4: a topic. */
  readonly position: number
  readonly value: Uint8Array
}

export const STATE_KEY = Uint8Array.of(Table.INDEX, STATE)

export function canonicalKey(epoch: number): Uint8Array {
  const key = keyOf(CANONICAL, EPOCH_LENGTH)
  writeEpoch(key, PREFIX_LENGTH, epoch)
  return key
}

export function nullRoundsKey({ level, start }: Piece): Uint8Array {
  const key = keyOf(NULL_ROUNDS, 1 + EPOCH_LENGTH)
  key[PREFIX_LENGTH] = level
  writeEpoch(key, PREFIX_LENGTH + 1, start)
  return key
}

export function blockKey(hash: Hash): Uint8Array {
  return bytesRow(BLOCK, hash)
}

export function transactionKey(place: Place): Uint8Array {
  return placeRow(TRANSACTION, place)
}

export function logsKey(place: Place): Uint8Array {
  return placeRow(LOGS, place)
}

/** All logs rows of a range of epochs, reverted tipsets' among them. */
export function logsRange(from: number, to: number): KeyRange {
  const range = { gte: keyOf(LOGS, EPOCH_LENGTH), lt: keyOf(LOGS, EPOCH_LENGTH) }
  writeEpoch(range.gte, PREFIX_LENGTH, from)
  writeEpoch(range.lt, PREFIX_LENGTH, to + 1)
  return range
}

/** The place that a transaction or logs key names. */
export function placeOf(key: Uint8Array): Place {
  const hashStart = PREFIX_LENGTH + EPOCH_LENGTH
  const view = new DataView(key.buffer, key.byteOffset, key.length)
  return {
    epoch: readEpoch(key, PREFIX_LENGTH),
    blockHash: key.slice(hashStart, hashStart + HASH_LENGTH),
    index: view.getUint32(hashStart + HASH_LENGTH),
  }
}

export function placeKey(transactionHash: Hash): Uint8Array {
  return bytesRow(PLACE, transactionHash)
}

export function messageKey(transactionHash: Hash): Uint8Array {
  return bytesRow(MESSAGE, transactionHash)
}

export function transactionHashKey(message: CID): Uint8Array {
  return bytesRow(TRANSACTION_HASH, message.bytes)
}

export function postingsKey({ position, value }: Term, epoch: number): Uint8Array {
  const key = keyOf(POSTINGS, 1 + value.length + EPOCH_LENGTH)
  key[PREFIX_LENGTH] = position
  key.set(value, PREFIX_LENGTH + 1)
  writeEpoch(key, key.length - EPOCH_LENGTH, epoch)
  return key
}

export function postingsRange(term: Term, from: number, to: number): KeyRange {
  return { gte: postingsKey(term, from), lt: postingsKey(term, to + 1) }
}

export function postingsEpoch(key: Uint8Array): number {
  return readEpoch(key, key.length - EPOCH_LENGTH)
}

function keyOf(row: number, length: number): Uint8Array {
  const key = new Uint8Array(PREFIX_LENGTH + length)
  key[0] = Table.INDEX
  key[1] = row
  return key
}

function bytesRow(row: number, bytes: Uint8Array): Uint8Array {
  const key = keyOf(row, bytes.length)
  key.set(bytes, PREFIX_LENGTH)
  return key
}

function placeRow(row: number, { epoch, blockHash, index }: Place): Uint8Array {
  const key = keyOf(row, EPOCH_LENGTH + HASH_LENGTH + 4)
  writeEpoch(key, PREFIX_LENGTH, epoch)
  key.set(blockHash, PREFIX_LENGTH + EPOCH_LENGTH)
  new DataView(key.buffer).setUint32(key.length - 4, index)
  return key
}

function writeEpoch(key: Uint8Array, offset: number, epoch: number): void {
  const view = new DataView(key.buffer, key.byteOffset)
  view.setUint16(offset, Math.floor(epoch / 2 ** 32))
  view.setUint32(offset + 2, epoch >>> 0)
}

function readEpoch(key: Uint8Array, offset: number): number {
  const view = new DataView(key.buffer, key.byteOffset)
  return view.getUint16(offset) * 2 ** 32 + view.getUint32(offset + 2)
}
