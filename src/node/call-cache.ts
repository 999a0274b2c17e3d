/**
 * Outcomes of calls by what they follow from: block, its state, and the request. A developer's edit
 * changes the state of a block, so both count. Calls alike that are under way at once run once.
 */
import { bytesKey } from '../base/bytes.ts'
import { Lru } from '../base/lru.ts'
import type { CallRequest, CallResult } from '../chain/chain.ts'
import type { BlockRecord } from '../eth/records.ts'

/** Bytes of requests and outcomes that are kept. */
const CAPACITY = 16 << 20
/** What an entry takes besides its bytes, about. */
const ENTRY_SIZE = 400
/** Calldata of a call that is asked for again and again is short; deployments are asked for once. */
const LONGEST_INPUT = 4 << 10

export class CallCache {
  readonly #finished = new Lru<string, CallResult>(CAPACITY)
  readonly #running = new Map<string, Promise<CallResult>>()

  /** @param run what answers a call that is not known */
  async outcome(
    request: CallRequest,
    block: BlockRecord,
    run: () => Promise<CallResult>,
  ): Promise<CallResult> {
    if (request.overrides !== undefined || request.input.length > LONGEST_INPUT) return run()
    const key = keyOf(request, block)
    const known = this.#finished.get(key) ?? this.#running.get(key)
    if (known !== undefined) return known
    const running = run()
    this.#running.set(key, running)
    try {
      const result = await running
      this.#finished.set(key, result, key.length + sizeOf(result))
      return result
    } finally {
      this.#running.delete(key)
    }
  }
}

function sizeOf({ returnData, failure, deployed, console = [] }: CallResult): number {
  const printed = console.reduce((sum, line) => sum + line.length, 0)
  return ENTRY_SIZE + returnData.length + failure.length + (deployed?.length ?? 0) + printed
}

/** Numbers first, so that they say where each of the byte strings behind them ends. */
function keyOf({ from, to, value, gasLimit, input }: CallRequest, block: BlockRecord): string {
  const target = to?.key
  const numbers = `${value} ${gasLimit ?? ''} ${from.key.length} ${target?.length ?? 'create'} `
  return (
    numbers +
    bytesKey(block.hash) +
    block.stateRoot.key +
    from.key +
    (target ?? '') +
    bytesKey(input)
  )
}
