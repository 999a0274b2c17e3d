import { encodeFunctionData, parseAbi } from 'viem'
import { expect, test } from 'vitest'
import { fromHex } from '../../src/base/bytes.ts'
import { consoleLine } from '../../src/eth/console-log.ts'

const abi = parseAbi([
  'function log()',
  'function log(uint256)',
  'function log(string, bool, address, uint256)',
  'function log(string, string)',
  'function log(bytes4)',
])
const sent = (args: readonly unknown[], index: number) =>
  fromHex(encodeFunctionData({ abi: [abi[index]!], functionName: 'log', args } as never))

test.each([
  [[], 0, ''],
  [[2n ** 256n - 1n], 1, (2n ** 256n - 1n).toString()],
  [['%s: %s of %s', true, `0x${'ab'.repeat(20)}`, 5n], 2, `true: 0x${'ab'.repeat(20)} of 5`],
  [['100%', 'sure'], 3, '100% sure'],
  [['0x12345678'], 4, '0x12345678'],
])('line %#', (args, index, line) => {
  expect(consoleLine(sent(args, index))).toBe(line)
})

test('the selectors of the first console.sol, which knew no uint256', () => {
  // log(uint)
  expect(consoleLine(fromHex(`f5b1bba9${'5'.padStart(64, '0')}`))).toBe('5')
})

test.each([
  '',
  '41304f',
  '00000000',
  '41304fac',
  `41304fac${'20'.padStart(64, '0')}${'ff'.padStart(64, '0')}`,
  `41304fac${'f'.repeat(64)}`,
])('nothing for %j', (hex) => expect(consoleLine(fromHex(hex))).toBeUndefined())
