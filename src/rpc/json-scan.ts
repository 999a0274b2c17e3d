/**
 * Looks over JSON text before it is parsed: `JSON.parse` of a megabyte of `[` or of a hundred
 * thousand keys stalls the event loop, this pass does not. It does not validate; that is the
 * parser's part.
 */
import { rpcError } from './errors.ts'
import type { Limits } from './limits.ts'

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COLON = 0x3a
const COMMA = 0x2c
const OPEN_BRACKET = 0x5b
const CLOSE_BRACKET = 0x5d
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d

/** @throws RpcError when a limit is passed. */
export function scanJson(text: Uint8Array, limits: Limits): void {
  let depth = 0
  let members = 0
  let batch = 1
  const isBatch = firstByte(text) === OPEN_BRACKET
  for (let i = 0; i < text.length; i++) {
    switch (text[i]) {
      case QUOTE:
        i = endOfString(text, i)
        break
      case OPEN_BRACKET:
      case OPEN_BRACE:
        if (++depth > limits.nesting) {
          throw rpcError('tooComplex', 'levels of nesting', limits.nesting)
        }
        break
      case CLOSE_BRACKET:
      case CLOSE_BRACE:
        depth--
        break
      case COLON:
        members++
        break
      case COMMA:
        if (depth === 1 && isBatch) batch++
        break
    }
  }
  if (batch > limits.batch) throw rpcError('batchTooLarge', batch, limits.batch)
  if (members > limits.members) throw rpcError('tooComplex', 'members', limits.members)
}

/** Offset of the closing quote, or the end of the text. */
function endOfString(text: Uint8Array, start: number): number {
  let i = start + 1
  while (i < text.length && text[i] !== QUOTE) i += text[i] === BACKSLASH ? 2 : 1
  return i
}

function firstByte(text: Uint8Array): number | undefined {
  let i = 0
  while (i < text.length && text[i]! <= 0x20) i++
  return text[i]
}
