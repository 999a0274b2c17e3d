/** IPLD blocks inside the FVM, and the scan for the links that make other blocks reachable. */
import { Major } from '../ipld/cbor.ts'
import { CID, Codec, IDENTITY } from '../ipld/cid.ts'
import { Errno, SyscallError } from './errors.ts'
import type { GasTracker } from './gas/gas-tracker.ts'
import type { PriceList } from './gas/price-list.ts'

export interface Block {
  readonly codec: number
  readonly data: Uint8Array
  /** Links that were found in the data; only DAG-CBOR blocks have any. */
  readonly links: readonly CID[]
}

export const MAX_BLOCK_SIZE = 1 << 20

const NO_LINKS: readonly CID[] = []

const LINK_TAG = 42

/** CIDs of piece and sector commitments: leaves, never followed. */
const COMMITMENT_CODECS: ReadonlySet<number> = new Set([0xf101, 0xf102])

export function isAllowedCodec(codec: number): boolean {
  return codec === Codec.CBOR || codec === Codec.DAG_CBOR || codec === Codec.RAW
}

export function block(codec: number, data: Uint8Array, links: readonly CID[] = NO_LINKS): Block {
  return { codec, data, links }
}

/** What a scan found and what it costs, milligas. */
export interface LinkScan {
  readonly links: readonly CID[]
  readonly cost: number
}

const NOTHING: LinkScan = { links: NO_LINKS, cost: 0 }

/** Refused data: the part that was scanned is paid for, then the error stands. */
interface FailedScan {
  readonly error: SyscallError
  readonly cost: number
}

/**
 * Finds the links of a block and charges for each CBOR header and each CID on the way.
 * @throws SyscallError Serialization for malformed DAG-CBOR, NotFound for a forbidden link
 * @throws OutOfGas
 */
export function scanLinks(
  codec: number,
  data: Uint8Array,
  prices: PriceList,
  gas: GasTracker,
): readonly CID[] {
  const scan = findLinks(codec, data, prices)
  gas.charge('OnScanIpldLinks', scan.cost)
  if ('error' in scan) throw scan.error
  return scan.links
}

/** The scan without a gas tracker; its result depends on the bytes alone. */
export function findLinks(
  codec: number,
  data: Uint8Array,
  prices: PriceList,
): LinkScan | FailedScan {
  if (codec !== Codec.DAG_CBOR || !prices.tracksLinks) return NOTHING
  const links: CID[] = []
  const meter = { cost: 0 }
  try {
    scanDagCbor(data, links, prices, meter)
  } catch (error) {
    if (error instanceof SyscallError) return { error, cost: meter.cost }
    throw error
  }
  return { links, cost: meter.cost }
}

function scanDagCbor(
  data: Uint8Array,
  links: CID[],
  prices: PriceList,
  meter: { cost: number },
): void {
  let offset = 0
  /** Argument of the head at `offset`, which moves behind it. */
  const argument = (info: number): number => {
    if (info < 24) return info
    if (info > 27) throw malformed('indefinite length')
    const size = 1 << (info - 24)
    if (offset + size > data.length) throw malformed('unexpected end')
    let value = 0
    for (let i = 0; i < size; i++) value = value * 256 + data[offset++]!
    return value
  }
  const next = (): number => {
    if (offset >= data.length) throw malformed('unexpected end')
    return data[offset++]!
  }

  for (let remaining = 1; remaining > 0; remaining--) {
    meter.cost += prices.cborField
    const head = next()
    const major = head >> 5
    const value = argument(head & 31)
    if (major === Major.BYTES || major === Major.TEXT) {
      if (value > data.length - offset) throw malformed('unexpected end')
      offset += value
    } else if (major === Major.ARRAY) {
      remaining += value
    } else if (major === Major.MAP) {
      remaining += 2 * value
    } else if (major === Major.TAG && value !== LINK_TAG) {
      remaining++
    } else if (major === Major.TAG) {
      meter.cost += prices.cborCid
      const inner = next()
      if (inner >> 5 !== Major.BYTES) throw malformed('link is not a byte string')
      const length = argument(inner & 31)
      if (length > data.length - offset) throw malformed('unexpected end')
      if (length < 1 || data[offset] !== 0) throw malformed('link without identity prefix')
      visitLink(data.slice(offset + 1, offset + length), links, prices, meter)
      offset += length
    }
  }
  if (offset !== data.length) throw malformed('trailing bytes')
}

function visitLink(
  bytes: Uint8Array,
  links: CID[],
  prices: PriceList,
  meter: { cost: number },
): void {
  let cid: CID
  try {
    cid = CID.fromBytes(bytes)
  } catch (error) {
    throw malformed(String(error))
  }
  if (cid.isBlake2b256 && isAllowedCodec(cid.codec)) {
    links.push(cid)
    return
  }
  if (COMMITMENT_CODECS.has(cid.codec)) return
  if (!isAllowedCodec(cid.codec)) {
    throw new SyscallError(Errno.NotFound, `link with forbidden codec ${cid.codec}`)
  }
  if (cid.hash !== IDENTITY) {
    throw new SyscallError(Errno.NotFound, 'link with forbidden hash function')
  }
  // the block stands in the link itself
  if (cid.codec === Codec.DAG_CBOR) scanDagCbor(cid.digest, links, prices, meter)
}

function malformed(reason: string): SyscallError {
  return new SyscallError(Errno.Serialization, `invalid CBOR: ${reason}`)
}
