import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  decodeSignedVarint,
  decodeVarint,
  encodeSignedVarint,
  encodeVarint,
} from '../../src/base/varint.ts'

test('unsigned integers of 64 bits', () => {
  const property = fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (value) => {
    const encoded = encodeVarint(value)
    expect(decodeVarint(encoded)).toEqual({ value, next: encoded.length })
  })
  fc.assert(property, { numRuns: 200, seed: 1 })
})

test('signed integers of 64 bits, small ones short', () => {
  const property = fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
    const encoded = encodeSignedVarint(value)
    expect(decodeSignedVarint(encoded)).toEqual({ value, next: encoded.length })
  })
  fc.assert(property, { numRuns: 200, seed: 2 })
  expect([0n, -1n, 1n, -64n].map((value) => encodeSignedVarint(value)[0])).toEqual([0, 1, 2, 127])
  expect(() => encodeSignedVarint(2n ** 63n)).toThrow(RangeError)
})

test.each([
  ['nothing', []],
  ['no end', [0x80]],
  ['a needless zero', [0x80, 0x00]],
  ['65 bits', [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02]],
  ['eleven bytes', Array(11).fill(0x80)],
])('%s is refused', (_, encoded) => {
  expect(() => decodeVarint(Uint8Array.from(encoded))).toThrow(RangeError)
})
