/** A call that runs long holds up nobody but the thread in which it runs. */
import { expect, test } from 'vitest'
import { toFilecoin, ZERO_ETH_ADDRESS } from '../../../src/address/eth-address.ts'
import { fromHex } from '../../../src/base/bytes.ts'
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

/** Sends a long call and 40 short ones behind it. @returns how many came before the long one */
async function race(round: number): Promise<number> {
  const finished: (typeof LONG)[] = []
  // calls alike would run once
  const call = async (to: typeof LONG, number: number): Promise<CallResult> => {
    const input = Uint8Array.of(round, number)
    const from = toFilecoin(ZERO_ETH_ADDRESS)
    const result = await chain.call({ from, to, value: 0n, input }, head)
    finished.push(to)
    return result
  }
  const [long, ...short] = await Promise.all([
    call(LONG, 0),
    ...Array.from({ length: 40 }, (_, i) => call(SHORT, i)),
  ])
  expect(short.every(({ exitCode }) => exitCode === ExitCode.OK)).toBe(true)
  expect(long.exitCode).toBe(ExitCode.SYS_OUT_OF_GAS)
  return finished.indexOf(LONG)
}

test('calls that came behind a long one are answered before it', async () => {
  let before = 0
  // the second thread may still be starting in the first rounds
  for (let round = 0; round < 20 && before < 40; round++) before = await race(round)
  expect(before).toBe(40)
})
