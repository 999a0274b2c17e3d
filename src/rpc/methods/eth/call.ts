/** Messages that are run and thrown away. */
import { to0x } from '../../../base/bytes.ts'
import { toQuantity } from '../../../eth/quantity.ts'
import { ExitCode } from '../../../protocol/exit-code.ts'
import { stateBlock } from '../../blocks.ts'
import type { Context } from '../../context.ts'
import { rpcError } from '../../errors.ts'
import { callFailure, callRequest, returnedData } from '../../execution.ts'
import { methodFor } from '../../method.ts'
import { overrideParams, overridesOf } from '../../override-schema.ts'
import { DataResult, QuantityResult } from '../../result-schema.ts'
import { latestByDefault, TransactionRequest } from '../../schema.ts'

const method = methodFor<Pick<Context, 'chain' | 'index'>>()

const OVERRIDES =
  ' Overrides change accounts and what contracts see of the block, for this call only; what has no meaning on Filecoin is refused.'

const NOBODY = '0x00000000000000000000000000000000000000aa'
/** Of whom only an override makes one. */
const CONTRACT = '0x0000000000000000000000000000000000c0ffee'

export const eth_call = method({
  summary: 'Runs a call on the state of a block and answers what it returned.',
  description:
    'Any sender may be named, also one that does not exist. Gas and fees of the request are ignored. A creation answers the code that it would deploy.' +
    OVERRIDES,
  params: { transaction: TransactionRequest, block: latestByDefault, ...overrideParams },
  result: DataResult,
  examples: [
    { name: 'no contract', params: [{ to: NOBODY, data: '0x1234' }, 'latest'], result: '0x' },
    {
      name: 'with code that answers the block number',
      params: [
        { to: CONTRACT },
        'latest',
        { [CONTRACT]: { code: '0x4360005260206000f3' } },
        { number: '0x2a' },
      ],
      result: `0x${'2a'.padStart(64, '0')}`,
    },
  ],
  async handle({ chain, index }, { transaction, block, stateOverrides, blockOverrides }) {
    const overrides = overridesOf(stateOverrides, blockOverrides)
    const result = await chain.call(callRequest(transaction, overrides), stateBlock(index, block))
    if (result.exitCode !== ExitCode.OK) throw callFailure(result)
    return to0x(result.deployed ?? returnedData(result))
  },
})

export const eth_estimateGas = method({
  summary: 'Gas limit with which a transaction succeeds.',
  description:
    'Never 21000: gas on Filecoin is another unit, and a transfer that creates an account takes millions.' +
    OVERRIDES,
  params: { transaction: TransactionRequest, block: latestByDefault, ...overrideParams },
  result: QuantityResult,
  examples: [
    { name: 'transfer', params: [{ to: NOBODY, value: '0x0' }], result: '0x1e8480', varies: true },
  ],
  async handle({ chain, index }, { transaction, block, stateOverrides, blockOverrides }) {
    const overrides = overridesOf(stateOverrides, blockOverrides)
    const request = callRequest(transaction, overrides)
    const estimate = await chain.estimateGas(request, stateBlock(index, block))
    if ('gas' in estimate) return toQuantity(estimate.gas)
    const { failed } = estimate
    throw failed.exitCode === ExitCode.SYS_OUT_OF_GAS ? rpcError('outOfGas') : callFailure(failed)
  },
})
