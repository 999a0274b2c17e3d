/** eth_simulateV1: blocks of calls, one on top of the other. */
import { z } from 'zod'
import { EMPTY, to0x } from '../../../base/bytes.ts'
import type {
  BlockToSimulate,
  RefusalReason,
  SimulatedBlock,
  SimulatedMessage,
  SimulatedOutcome,
} from '../../../chain/simulate-blocks.ts'
import { blockJson, pendingTransactionJson } from '../../../eth/json.ts'
import { logJson } from '../../../eth/log-json.ts'
import { toQuantity } from '../../../eth/quantity.ts'
import { describeFailure, revertData } from '../../../eth/revert-reason.ts'
import { EvmExitCode, ExitCode } from '../../../protocol/exit-code.ts'
import { stateBlock } from '../../blocks.ts'
import type { Context } from '../../context.ts'
import { type ErrorKindName, rpcError } from '../../errors.ts'
import { callFailure, callRequest } from '../../execution.ts'
import { methodFor } from '../../method.ts'
import { BlockOverridesSchema, StateOverrides } from '../../override-schema.ts'
import { blockShape, DataResult, LogResult, QuantityResult } from '../../result-schema.ts'
import { Bool, latestByDefault, TransactionRequest } from '../../schema.ts'

const method = methodFor<Pick<Context, 'chain' | 'index'>>()

const MOST_BLOCKS = 256
const MOST_CALLS = 1000

const Flag = Bool.nullish().transform((flag) => flag ?? false)

const Payload = z
  .object(
    {
      blockStateCalls: z
        .array(
          z.object({
            blockOverrides: BlockOverridesSchema.nullish(),
            stateOverrides: StateOverrides.nullish(),
            calls: z
              .array(TransactionRequest, { error: 'expected an array of calls' })
              .nullish()
              .transform((calls) => calls ?? []),
          }),
          { error: 'expected an array of blocks' },
        )
        .min(1, { error: 'expected at least one block' })
        .max(MOST_BLOCKS, { error: `expected at most ${MOST_BLOCKS} blocks` }),
      traceTransfers: Flag,
      validation: Flag,
      returnFullTransactions: Flag,
    },
    { error: 'expected an object with blockStateCalls' },
  )
  .refine(({ blockStateCalls: all }) => all.reduce((n, b) => n + b.calls.length, 0) <= MOST_CALLS, {
    error: `expected at most ${MOST_CALLS} calls`,
  })
  .meta({ id: 'SimulationPayload', description: 'blocks of calls, each with its overrides' })

const outcomeShape = {
  returnData: DataResult,
  gasUsed: QuantityResult,
  maxUsedGas: QuantityResult,
}

const SimulatedBlockResult = z
  .strictObject({
    ...blockShape,
    calls: z
      .array(
        z.union([
          z.strictObject({
            ...outcomeShape,
            status: z.literal('0x1'),
            logs: z.array(LogResult).readonly(),
          }),
          z.strictObject({
            ...outcomeShape,
            status: z.literal('0x0'),
            logs: z.array(LogResult).readonly(),
            error: z.strictObject({ code: z.int(), message: z.string(), data: DataResult }),
          }),
        ]),
      )
      .readonly(),
  })
  .meta({ id: 'SimulatedBlockResult', description: 'a simulated block and what its calls did' })

const refusals = {
  nonceTooLow: 'simulatedNonceTooLow',
  nonceTooHigh: 'simulatedNonceTooHigh',
  feeTooLow: 'simulatedFeeTooLow',
  intrinsicGas: 'simulatedIntrinsicGas',
  insufficientFunds: 'simulatedFunds',
  blockGas: 'simulatedBlockGas',
  numberOrder: 'simulatedNumber',
  timeOrder: 'simulatedTime',
} as const satisfies Record<RefusalReason, ErrorKindName>

export const eth_simulateV1 = method({
  summary: 'Runs blocks of calls, each on what the one before left, and throws them away.',
  description:
    'Without `validation` nonces, gas limits and fees are not looked at and the base fee is 0, as in `eth_call`; gas used is what it would be on chain. A block without `number` and `time` is one epoch of 30 seconds after the one before; heights that are passed over are null rounds. Transactions are shown as unsigned native messages.',
  params: { payload: Payload, block: latestByDefault },
  result: z.array(SimulatedBlockResult).readonly(),
  lotus: false,
  examples: [
    {
      name: 'one call',
      params: [
        { blockStateCalls: [{ calls: [{ to: '0x00000000000000000000000000000000000000aa' }] }] },
        'latest',
      ],
      result: [],
      varies: true,
    },
  ],
  async handle({ chain, index }, { payload, block }) {
    const { blockStateCalls, traceTransfers: transfers, validation } = payload
    const blocks = blockStateCalls.map(
      ({ stateOverrides, blockOverrides, calls }): BlockToSimulate => ({
        overrides: { accounts: stateOverrides ?? [], block: blockOverrides ?? {} },
        messages: calls.map(simulatedMessage),
      }),
    )
    const base = stateBlock(index, block)
    const simulation = await chain.simulateBlocks(blocks, base, { transfers, validation })
    if ('blocks' in simulation) {
      return simulation.blocks.map((each) => blockResult(each, payload.returnFullTransactions))
    }
    const { reason, message } = simulation.refused
    throw rpcError(refusals[reason], message)
  },
})

function simulatedMessage(request: TransactionRequest): SimulatedMessage {
  const { gas, nonce, gasPrice, maxFeePerGas, maxPriorityFeePerGas } = request
  return {
    ...callRequest(request),
    ...(gas != null && { gasLimit: gas }),
    ...(nonce != null && { nonce: BigInt(nonce) }),
    gasFeeCap: maxFeePerGas ?? gasPrice ?? 0n,
    gasPremium: maxPriorityFeePerGas ?? gasPrice ?? 0n,
  }
}

function blockResult({ block, transactions, outcomes }: SimulatedBlock, full: boolean) {
  const place = { blockHash: block.hash, epoch: block.epoch }
  const shown = full
    ? blockJson(
        block,
        transactions.map((transaction, i) => ({
          ...pendingTransactionJson(transaction),
          blockHash: to0x(block.hash),
          blockNumber: toQuantity(block.epoch),
          transactionIndex: toQuantity(i),
        })),
      )
    : blockJson(block, block.transactions.map(to0x))
  const calls = outcomes.map((outcome, transactionIndex) => {
    const { hash: transactionHash } = transactions[transactionIndex]!
    const logs = outcome.logs.map((log) =>
      logJson({ log, ...place, transactionHash, transactionIndex }),
    )
    const gasUsed = toQuantity(outcome.gasUsed)
    return { gasUsed, maxUsedGas: gasUsed, logs, ...statusOf(outcome) }
  })
  return { ...shown, calls }
}

function statusOf(outcome: SimulatedOutcome) {
  const { exitCode, returnData, failure, deployed } = outcome
  if (exitCode === ExitCode.OK) {
    const data = deployed ?? revertData(returnData) ?? EMPTY
    return { status: '0x1' as const, returnData: to0x(data) }
  }
  const { message, data } = describeFailure(exitCode, returnData, failure)
  const error =
    exitCode === EvmExitCode.REVERTED
      ? { code: 3, message: callFailure(outcome).message }
      : { code: -32015, message: `vm execution error: ${message}` }
  const reverted = to0x(data)
  return { status: '0x0' as const, returnData: reverted, error: { ...error, data: reverted } }
}
