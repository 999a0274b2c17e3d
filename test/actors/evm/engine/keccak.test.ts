import { expect, test } from 'vitest'
import { analyze } from '../../../../src/actors/evm/engine/code.ts'
import { Exit } from '../../../../src/actors/evm/engine/interpreter.ts'
import { toHex } from '../../../../src/base/bytes.ts'
import { keccak256 } from '../../../../src/base/hash.ts'
import { assemble } from './assemble.ts'
import { pool, start } from './host.ts'
import { Random } from './random.ts'

test('KECCAK256 of every length around its blocks, and of long ones', () => {
  const code = analyze(
    assemble('CALLDATASIZE 0 0 CALLDATACOPY CALLDATASIZE 0 KECCAK256 0 MSTORE 32 0 RETURN'),
  )
  const random = new Random(136)
  const vm = pool.acquire()
  const lengths = Array.from({ length: 300 }, (_, i) => i)
  for (const length of [...lengths, 1_000, 4_096, 65_537]) {
    const data = random.bytes(length)
    start(vm, code, data)
    expect(vm.run()).toBe(Exit.RETURN)
    expect([length, toHex(vm.output())]).toEqual([length, toHex(keccak256(data))])
    // one syscall and 33 gas per byte are the kernel's
    expect(vm.kernelGas).toBe(14_000_000 + 33_000 * length)
  }
  pool.release(vm)
})
