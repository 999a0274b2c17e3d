import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fromHex, toHex } from '../../src/base/bytes.ts'
import { BitField, bitField } from '../../src/ipld/bitfield.ts'
import { CborError } from '../../src/ipld/cbor.ts'
import { holds } from './properties.ts'
import { vectors } from './vectors.ts'

describe('RLE+', () => {
  for (const { input, expected } of vectors('bitfield-rleplus')) {
    test(`[${input.set}]`, () => {
      const set = BitField.of(input.set)
      expect(toHex(set.encode())).toBe(expected.bytes)
      expect([...BitField.decode(fromHex(expected.bytes))]).toEqual(input.set.map(BigInt))
    })
  }

  test('runs of 1, 15, 16 and 2^64 - 1', () => {
    for (const length of [1n, 2n, 15n, 16n, 127n, 128n, 2n ** 63n, 2n ** 64n - 1n]) {
      const bytes = encodedRun(length)
      const set = BitField.decode(bytes)
      expect(set.runs).toEqual([{ start: 0n, end: length }])
      expect(set.size).toBe(length)
      expect(set.encode()).toEqual(bytes)
    }
  })

  test('the largest number', () => {
    const set = BitField.of([2n ** 64n - 2n])
    expect([...BitField.decode(set.encode())]).toEqual([2n ** 64n - 2n])
    expect(() => BitField.of([2n ** 64n - 1n])).toThrow(RangeError)
    expect(() => BitField.of([-1])).toThrow(RangeError)
  })

  test('in CBOR', () => {
    expect(toHex(bitField.encode(BitField.of([7])))).toBe('42f002')
    expect([...bitField.decode(fromHex('42f002'))]).toEqual([7n])
    expect(toHex(bitField.encode(BitField.empty))).toBe('40')
  })

  test('at most 32 KiB', () => {
    // each number takes two bits more
    const numbers = Array.from({ length: 131_100 }, (_, i) => i * 2)
    expect(() => BitField.of(numbers).encode()).toThrow(RangeError)
    expect(() => BitField.decode(new Uint8Array(32 * 1024 + 1).fill(0xff))).toThrow(CborError)
    expect(BitField.decode(new Uint8Array(32 * 1024).fill(0xfc)).runs.length).toBeGreaterThan(1000)
  })

  /** The first run of ones, as bits. */
  function encodedRun(length: bigint): Uint8Array {
    let bits = '001'
    if (length === 1n) {
      bits += '1'
    } else if (length < 16n) {
      bits += `01${reversed(length, 4)}`
    } else {
      bits += '00'
      for (let rest = length; rest > 0n; rest >>= 7n) {
        bits += reversed((rest & 127n) | (rest > 127n ? 128n : 0n), 8)
      }
    }
    return packed(bits)
  }

  const reversed = (number: bigint, width: number) =>
    [...number.toString(2).padStart(width, '0')].reverse().join('')

  function packed(bits: string): Uint8Array {
    const bytes = bits.match(/.{1,8}/g) ?? []
    const out = bytes.map((byte) => Number.parseInt([...byte.padEnd(8, '0')].reverse().join(''), 2))
    while (out.at(-1) === 0) out.pop()
    return Uint8Array.from(out)
  }

  const malformed = {
    'version 1': '101',
    'version 2': '011',
    'ones announced, none there': '001',
    'ends in zeros': '0001',
    'short run of 0': '001010000',
    'short run of 1': '001011000',
    'long run of 15': `00100${reversed(15n, 8)}`,
    'long run of 0': `00100${reversed(0n, 8)}1`,
    'varint not minimal': `00100${reversed(144n, 8)}${reversed(128n, 8)}${reversed(0n, 8)}1`,
    'varint of 11 bytes': `00100${reversed(255n, 8).repeat(10)}${reversed(1n, 8)}`,
    'varint above 64 bits': `00100${reversed(255n, 8).repeat(9)}${reversed(3n, 8)}`,
    'more than 64 bits in all': `00100${reversed(255n, 8).repeat(9)}${reversed(1n, 8)}11`,
  }
  for (const [name, bits] of Object.entries(malformed)) {
    test(name, () => expect(() => BitField.decode(packed(bits))).toThrow(CborError))
  }

  test('trailing zero byte', () => {
    expect(() => BitField.decode(fromHex('00'))).toThrow(CborError)
    expect(() => BitField.decode(fromHex('0c00'))).toThrow(CborError)
  })
})

describe('against a Set', () => {
  const numbers = fc.array(
    fc.oneof(
      fc.bigInt({ min: 0n, max: 40n }),
      fc.bigInt({ min: 100n, max: 130n }),
      fc.bigInt({ min: 0n, max: 2n ** 64n - 2n }),
    ),
  )
  const sorted = (set: Iterable<bigint>) => [...set].sort((a, b) => (a < b ? -1 : 1))

  test('of, encode, decode', () => {
    holds(numbers, (list) => {
      const set = new Set(list)
      const field = BitField.of(list)
      expect([...field]).toEqual(sorted(set))
      expect(field.size).toBe(BigInt(set.size))
      expect(BitField.decode(field.encode())).toEqual(field)
      for (const number of [0n, 1n, 40n, 41n, 115n, ...list]) {
        expect(field.has(number)).toBe(set.has(number))
      }
    })
  })

  test('union, intersection, difference', () => {
    holds(fc.tuple(numbers, numbers), ([a, b]) => {
      const [x, y] = [BitField.of(a), BitField.of(b)]
      expect(x.union(y)).toEqual(BitField.of([...a, ...b]))
      expect(x.intersection(y)).toEqual(BitField.of(a.filter((number) => b.includes(number))))
      expect(x.difference(y)).toEqual(BitField.of(a.filter((number) => !b.includes(number))))
    })
  })

  test('any bytes are refused or written back the same', () => {
    holds(
      fc.uint8Array({ maxLength: 20 }),
      (bytes) => {
        let field: BitField
        try {
          field = BitField.decode(bytes)
        } catch (error) {
          expect(error).toBeInstanceOf(CborError)
          return
        }
        expect(field.encode()).toEqual(bytes)
      },
      2000,
    )
  })
})
