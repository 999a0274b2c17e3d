/**
 * Reads `.tar.zst`, the form in which Lotus keeps actor bundles: one CAR file for each network.
 *
 *     512-byte header: name at 0, size in octal at 124, type at 156, prefix at 345
 *     contents, filled up with zeros to 512 bytes
 */
import * as zlib from 'node:zlib'
import { fromUtf8 } from '../base/bytes.ts'

const BLOCK = 512
const REGULAR_FILE = '0'

/** Zstandard frames start like this. */
export function isZstd(bytes: Uint8Array): boolean {
  return bytes[0] === 0x28 && bytes[1] === 0xb5 && bytes[2] === 0x2f && bytes[3] === 0xfd
}

/** @throws Error when the data is damaged */
export async function unzstd(bytes: Uint8Array): Promise<Uint8Array> {
  // in Node.js since 22.15
  const { zstdDecompressSync } = zlib as { zstdDecompressSync?: (data: Uint8Array) => Uint8Array }
  if (zstdDecompressSync !== undefined) return new Uint8Array(zstdDecompressSync(bytes))
  const { decompress } = await import('fzstd')
  return decompress(bytes)
}

/** The regular files of a tar archive; views of its bytes. */
export function* filesOf(tar: Uint8Array): Generator<{ name: string; data: Uint8Array }> {
  for (let at = 0; at + BLOCK <= tar.length && tar[at] !== 0; ) {
    const text = (start: number, length: number) => {
      const field = tar.subarray(at + start, at + start + length)
      const end = field.indexOf(0)
      return fromUtf8(end < 0 ? field : field.subarray(0, end))
    }
    const size = Number.parseInt(text(124, 12), 8)
    const start = at + BLOCK
    if (text(156, 1) === REGULAR_FILE || tar[at + 156] === 0) {
      yield { name: text(0, 100), data: tar.subarray(start, start + size) }
    }
    at = start + Math.ceil(size / BLOCK) * BLOCK
  }
}
