/**
 * What contracts print with Hardhat's and Foundry's `console.log`: calls to an address at which
 * nothing is, with ABI-encoded arguments. The selector tells their types.
 */
import { format } from 'node:util'
import { fromHex, to0x, toBigInt, toHex, utf8 } from '../base/bytes.ts'
import { keccak256 } from '../base/hash.ts'

/** "console.log" in ASCII. */
export const CONSOLE_ADDRESS = fromHex('000000000000000000636f6e736f6c652e6c6f67')

const WORD = 32

/** `uint` and `int` beside their full names: the first console.sol computed its selectors so. */
const anyOf = ['uint256', 'uint', 'string', 'bool', 'address'] as const

let table: Map<string, readonly string[]> | undefined

/** Types by selector: up to four of the usual ones, or one of any type. */
function signatures(): Map<string, readonly string[]> {
  if (table !== undefined) return table
  table = new Map()
  const add = (types: readonly string[]) => table!.set(selectorOf(types), types)
  let lists: string[][] = [[]]
  add([])
  for (let length = 1; length <= 4; length++) {
    lists = lists.flatMap((list) => anyOf.map((type) => [...list, type]))
    for (const types of lists) add(types)
  }
  const single = [
    'int256',
    'int',
    'bytes',
    ...Array.from({ length: 32 }, (_, i) => `bytes${i + 1}`),
  ]
  for (const type of single) add([type])
  add(['string', 'int256'])
  add(['string', 'int'])
  return table
}

function selectorOf(types: readonly string[]): string {
  return toHex(keccak256(utf8(`log(${types.join(',')})`)).subarray(0, 4))
}

/** The printed line; undefined for what no console.log sends. */
export function consoleLine(input: Uint8Array): string | undefined {
  const types = signatures().get(toHex(input.subarray(0, 4)))
  if (types === undefined) return undefined
  const data = input.subarray(4)
  try {
    const [first, ...rest] = types.map((type, index) => decode(type, data, index * WORD))
    if (first === undefined) return ''
    // numbers come as text: they may be longer than format's own
    return types[0] === 'string'
      ? format(first.replace(/%[di]/g, '%s'), ...rest)
      : [first, ...rest].join(' ')
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/** @throws RangeError when the data is too short */
function decode(type: string, data: Uint8Array, offset: number): string {
  const word = slice(data, offset, WORD)
  switch (type) {
    case 'string':
      return new TextDecoder().decode(dynamic(data, word))
    case 'bytes':
      return to0x(dynamic(data, word))
    case 'bool':
      return word.at(-1) === 0 ? 'false' : 'true'
    case 'address':
      return to0x(word.subarray(12))
    case 'int256':
    case 'int':
      return BigInt.asIntN(256, toBigInt(word)).toString()
    case 'uint256':
    case 'uint':
      return toBigInt(word).toString()
    default:
      return to0x(word.subarray(0, Number(type.slice('bytes'.length))))
  }
}

function dynamic(data: Uint8Array, pointer: Uint8Array): Uint8Array {
  const start = Number(toBigInt(pointer))
  const length = Number(toBigInt(slice(data, start, WORD)))
  return slice(data, start + WORD, length)
}

function slice(data: Uint8Array, start: number, length: number): Uint8Array {
  if (start + length > data.length) throw new RangeError('data is too short')
  return data.subarray(start, start + length)
}
