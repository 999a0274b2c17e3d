/** The calls of mined transactions, for the log. */
import { to0x } from '../base/bytes.ts'
import type { Chain } from '../chain/chain.ts'
import type { BlockRecord, MinedTransaction } from '../eth/records.ts'
import { evmCall } from '../eth/trace/evm-call.ts'
import { callTreeText } from '../eth/trace/tree-text.ts'
import type { Log } from './log.ts'

/** Runs them again, behind what else the readers have to do. */
export async function logTraces(
  log: Log,
  chain: Pick<Chain, 'trace'>,
  block: BlockRecord,
  mined: readonly MinedTransaction[],
): Promise<void> {
  if (mined.length === 0) return
  try {
    const traces = await chain.trace(block, undefined, {})
    for (const [index, { call }] of traces.entries()) {
      const { transaction } = mined[index]!
      const root = call && evmCall(call, transaction.from)
      if (root === undefined) continue
      log({ event: 'trace', hash: to0x(transaction.hash), tree: callTreeText(root) })
    }
  } catch (error) {
    log({
      event: 'notice',
      message: `no traces of block ${block.epoch}: ${(error as Error).message}`,
    })
  }
}
