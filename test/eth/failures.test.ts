import { AbiCoder, concat as ethersConcat } from 'ethers'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fromHex } from '../../src/base/bytes.ts'
import {
  describeFailure,
  exitCodeText,
  revertData,
  revertReason,
} from '../../src/eth/revert-reason.ts'
import { bytes } from '../../src/ipld/codec.ts'

const encoded = (selector: string, type: string, value: unknown) =>
  fromHex(ethersConcat([selector, AbiCoder.defaultAbiCoder().encode([type], [value])]))

describe('revert reasons', () => {
  test('any text of Error(string)', () => {
    const property = fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(revertReason(encoded('0x08c379a0', 'string', text))).toBe(`Error(${text})`)
    })
    fc.assert(property, { numRuns: 100, seed: 1 })
  })

  test.each([
    [0x11n, 'ArithmeticOverflow()'],
    [0x51n, 'CalledUninitializedFunction()'],
    [0x99n, 'Panic(0x99)'],
    [2n ** 255n, `Panic(0x8${'0'.repeat(63)})`],
  ])('panic %i', (code, reason) => {
    expect(revertReason(encoded('0x4e487b71', 'uint256', code))).toBe(reason)
  })

  test('random bytes never fail', () => {
    const data = fc.uint8Array({ maxLength: 200 })
    const selectors = fc.constantFrom('08c379a0', '4e487b71', '')
    const property = fc.property(data, selectors, (tail, selector) => {
      const reason = revertReason(Uint8Array.of(...fromHex(selector), ...tail))
      expect(reason).not.toBe('')
    })
    fc.assert(property, { numRuns: 300, seed: 2 })
  })

  test('no data', () => {
    expect(revertReason(new Uint8Array(0))).toBe('none')
  })
})

describe('failures', () => {
  test('of a contract', () => {
    const data = encoded('0x08c379a0', 'string', 'no')
    expect(describeFailure(33, bytes.encode(data), 'story')).toEqual({
      message: 'message execution failed (exit=[33], revert reason=[Error(no)], vm error=[story])',
      data,
    })
  })

  test('without a reason', () => {
    expect(describeFailure(33, Uint8Array.of(0x40), 'story').message).toContain(
      'revert reason=[none]',
    )
  })

  test.each([
    ['nothing', ''],
    ['a number', '01'],
    ['trailing bytes', '4101ff'],
  ])('of a native actor that returns %s', (_, hex) => {
    const failure = describeFailure(18, fromHex(hex), 'story')
    expect(revertData(fromHex(hex))).toBeUndefined()
    expect(failure.message).toBe(
      'message execution failed (exit=[ErrForbidden(18)], vm error=[story])',
    )
    expect(failure.data).toHaveLength(0)
  })

  test.each([
    [0, 'Ok(0)'],
    [1, 'SysErrSenderInvalid(1)'],
    [7, 'SysErrOutOfGas(7)'],
    [10, 'SysFatal(10)'],
    [16, 'ErrIllegalArgument(16)'],
    [26, 'ErrNotPayable(26)'],
    [33, '33'],
  ])('exit code %i', (code, text) => {
    expect(exitCodeText(code)).toBe(text)
  })
})
