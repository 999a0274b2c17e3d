/**
 * The JSON text of logs. An answer runs to 10,000 of them, some 700 bytes each, so it is written
 * straight into one buffer: strings put together piece by piece cost five times as much, most of it
 * in the collection of the pieces.
 */
import type { MinedLog } from './log-json.ts'

const ADDRESS = ascii('{"address":"0x')
const DATA = ascii('","data":"0x')
const TOPICS = ascii('","topics":[')
const FIRST_TOPIC = ascii('"0x')
const NEXT_TOPIC = ascii('","0x')
const LAST_TOPIC = ascii('"')
const LOG_INDEX = ascii('],"removed":false,"logIndex":"0x')

/** Room that a log takes besides its bytes in hex and what stands behind its index. */
const AROUND_LOG = 120
const AROUND_TOPIC = FIRST_TOPIC.length + NEXT_TOPIC.length

const DIGITS = '0123456789abcdef'
const HIGH = ascii(Array.from({ length: 256 }, (_, byte) => DIGITS[byte >> 4]).join(''))
const LOW = ascii(Array.from({ length: 256 }, (_, byte) => DIGITS[byte & 15]).join(''))

/** ASCII bytes: what `JSON.stringify` prints of a list of `logJson`. */
export function logsJsonText(rows: readonly MinedLog[]): Buffer {
  const ends = rowEnds(rows)
  const text = new TextWriter(longestText(rows, ends))
  rows.forEach(({ log }, i) => {
    text.put(i === 0 ? '[' : ',')
    text.bytes(ADDRESS)
    text.hex(log.address)
    text.bytes(DATA)
    text.hex(log.data)
    text.bytes(TOPICS)
    log.topics.forEach((topic, k) => {
      text.bytes(k === 0 ? FIRST_TOPIC : NEXT_TOPIC)
      text.hex(topic)
    })
    if (log.topics.length > 0) text.bytes(LAST_TOPIC)
    text.bytes(LOG_INDEX)
    text.put(log.logIndex.toString(16))
    text.bytes(ends[i]!)
  })
  text.put(rows.length === 0 ? '[]' : ']')
  return text.finish()
}

/** What stands behind the index of each log; it is the same for all logs of a transaction. */
function rowEnds(rows: readonly MinedLog[]): Buffer[] {
  let last: MinedLog | undefined
  let end = ascii('')
  return rows.map((row) => {
    if (row.transactionHash !== last?.transactionHash || row.blockHash !== last.blockHash) {
      end = endOf(row)
      last = row
    }
    return end
  })
}

function endOf({ transactionIndex, transactionHash, blockHash, epoch }: MinedLog): Buffer {
  return ascii(
    `","transactionIndex":"0x${transactionIndex.toString(16)}",` +
      `"transactionHash":"0x${Buffer.from(transactionHash).toString('hex')}",` +
      `"blockHash":"0x${Buffer.from(blockHash).toString('hex')}",` +
      `"blockNumber":"0x${epoch.toString(16)}"}`,
  )
}

function longestText(rows: readonly MinedLog[], ends: readonly Buffer[]): number {
  let length = 2
  rows.forEach(({ log }, i) => {
    const { data, topics } = log
    length += AROUND_LOG + 2 * (20 + data.length) + (AROUND_TOPIC + 64) * topics.length
    length += ends[i]!.length
  })
  return length
}

class TextWriter {
  readonly #text: Buffer
  #length = 0

  constructor(size: number) {
    this.#text = Buffer.allocUnsafe(size)
  }

  /** A short ASCII string. */
  put(text: string): void {
    for (let i = 0; i < text.length; i++) this.#text[this.#length++] = text.charCodeAt(i)
  }

  bytes(bytes: Uint8Array): void {
    this.#text.set(bytes, this.#length)
    this.#length += bytes.length
  }

  hex(bytes: Uint8Array): void {
    const text = this.#text
    let at = this.#length
    for (let i = 0; i < bytes.length; i++) {
      const byte = bytes[i]!
      text[at++] = HIGH[byte]!
      text[at++] = LOW[byte]!
    }
    this.#length = at
  }

  finish(): Buffer {
    return this.#text.subarray(0, this.#length)
  }
}

function ascii(text: string): Buffer {
  return Buffer.from(text, 'latin1')
}
