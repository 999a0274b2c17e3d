/** Outcomes of calls are kept; none may outlive the state from which it follows. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { toFilecoin, ZERO_ETH_ADDRESS } from '../../src/address/eth-address.ts'
import { EMPTY, fromBigIntPadded, fromHex, to0x } from '../../src/base/bytes.ts'
import { embeddedNode } from '../e2e/embedded.ts'

const CONTRACT = toFilecoin(fromHex('0x00000000000000000000000000000000000000f2'))
const SLOT = new Uint8Array(32)
/** Returns slot 0: PUSH0 SLOAD PUSH0 MSTORE PUSH1 32 PUSH0 RETURN. */
const READ_SLOT = fromHex('0x5f545f5260205ff3')
/** Returns the number of the block, with NUMBER for PUSH0 SLOAD. */
const READ_NUMBER = fromHex('0x435f5260205ff3')

const { chain } = await embeddedNode()

async function answer(): Promise<string> {
  const from = toFilecoin(ZERO_ETH_ADDRESS)
  const request = { from, to: CONTRACT, value: 0n, input: EMPTY }
  const { returnData } = await chain.call(request, chain.head())
  // without its CBOR frame
  return to0x(returnData.subarray(2))
}
const word = (value: number) => to0x(fromBigIntPadded(BigInt(value), 32))

const steps = fc.array(
  fc.oneof(
    fc.record({ do: fc.constant('store' as const), value: fc.nat(3) }),
    fc.record({ do: fc.constant('mine' as const) }),
    fc.record({ do: fc.constant('snapshot' as const) }),
    fc.record({ do: fc.constant('revert' as const) }),
  ),
  { maxLength: 12 },
)

test('a call answers what the slot holds, whatever was edited, mined and taken back', async () => {
  await chain.setCode(CONTRACT, READ_SLOT)
  await fc.assert(
    fc.asyncProperty(steps, async (todo) => {
      await chain.setStorageAt(CONTRACT, SLOT, fromBigIntPadded(0n, 32))
      let held = 0
      const saved: { id: number; held: number }[] = []
      for (const step of todo) {
        if (step.do === 'mine') await chain.mine(1)
        else if (step.do === 'snapshot') saved.push({ id: await chain.snapshot(), held })
        else if (step.do === 'store') {
          held = step.value
          await chain.setStorageAt(CONTRACT, SLOT, fromBigIntPadded(BigInt(held), 32))
        } else {
          const last = saved.pop()
          if (last === undefined) continue
          expect(await chain.revert(last.id)).toBe(true)
          held = last.held
        }
        // twice: the second comes from memory, or would if there were no edits
        expect(await answer()).toBe(word(held))
        expect(await answer()).toBe(word(held))
      }
    }),
    { numRuns: 20 },
  )
})

test('a new block is another place, though its state is the same', async () => {
  await chain.setCode(CONTRACT, READ_NUMBER)
  for (let i = 0; i < 3; i++) {
    await chain.mine(1)
    expect(await answer()).toBe(word(chain.head().epoch))
  }
})

test('calls alike that come together have one answer', async () => {
  await chain.setCode(CONTRACT, READ_NUMBER)
  const answers = await Promise.all(Array.from({ length: 50 }, answer))
  expect(new Set(answers)).toEqual(new Set([word(chain.head().epoch)]))
})
