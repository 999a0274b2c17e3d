/** A call that runs long holds up nobody but the thread in which it runs. */
import { expect, test } from 'vitest'
import { toFilecoin, ZERO_ETH_ADDRESS } from '../../../src/address/eth-address.ts'
import { EMPTY, fromHex } from '../../../src/base/bytes.ts'
import type { CallResult } from '../../../src/chain/chain.ts'
import { ExitCode } from '../../../src/protocol/exit-code.ts'
import { embeddedNode } from '../../e2e/embedded.ts'

const LONG = toFilecoin(fromHex('0x00000000000000000000000000000000000000f0'))
const SHORT = toFilecoin(fromHex('0x00000000000000000000000000000000000000f1'))
/** JUMPDEST PUSH0 JUMP: until ten billion gas are used up, which takes a good part of a second. */
const LOOP = fromHex('0x5b5f56')
/** PUSH1 42, PUSH0, MSTORE, PUSH1 32, PUSH0, RETURN */
const FORTY_TWO = fromHex('0x602a5f5260205ff3')

const { chain } = await embeddedNode({ readers: '2' })
await chain.setCode(LONG, LOOP)
await chain.setCode(SHORT, FORTY_TWO)
const head = chain.head()

test('calls that came behind a long one are answered before it', async () => {
  const finished: (typeof LONG)[] = []
  const call = async (to: typeof LONG): Promise<CallResult> => {
    const from = toFilecoin(ZERO_ETH_ADDRESS)
    const result = await chain.call({ from, to, value: 0n, input: EMPTY }, head)
    finished.push(to)
    return result
  }
  const [long, ...short] = await Promise.all([
    call(LONG),
    ...Array.from({ length: 40 }, () => call(SHORT)),
  ])
  expect(short.every(({ exitCode }) => exitCode === ExitCode.OK)).toBe(true)
  expect(long.exitCode).toBe(ExitCode.SYS_OUT_OF_GAS)
  expect(finished.indexOf(LONG)).toBe(40)
})
