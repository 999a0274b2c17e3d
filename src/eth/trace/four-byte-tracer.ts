/** geth's `4byteTracer`: which functions were called, with how many bytes of arguments. */
import { to0x } from '../../base/bytes.ts'
import type { EvmCall } from './evm-call.ts'

const SELECTOR = 4

/** `0x` selector `-` length of the arguments, to the number of such calls. */
export function fourByteCounts(root: EvmCall): Record<string, number> {
  const counts: Record<string, number> = {}
  const count = ({ kind, input, calls }: EvmCall): void => {
    if (kind !== 'create' && kind !== 'create2' && input.length >= SELECTOR) {
      const key = `${to0x(input.subarray(0, SELECTOR))}-${input.length - SELECTOR}`
      counts[key] = (counts[key] ?? 0) + 1
    }
    for (const inner of calls) count(inner)
  }
  count(root)
  return counts
}
