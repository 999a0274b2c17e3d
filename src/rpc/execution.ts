/** Calls: from request to message, from outcome to answer (eth-rpc spec 4). */
import { toFilecoin, ZERO_ETH_ADDRESS } from '../address/eth-address.ts'
import { EMPTY, to0x } from '../base/bytes.ts'
import type { CallRequest, CallResult } from '../chain/chain.ts'
import type { Overrides } from '../chain/overrides.ts'
import { describeFailure, revertData, revertReason } from '../eth/revert-reason.ts'
import { EvmExitCode, ExitCode } from '../protocol/exit-code.ts'
import { type RpcError, rpcError } from './errors.ts'
import { inputOf, type TransactionRequest } from './schema.ts'

/**
 * Without a sender the zero address calls, which has an account on every network. Gas and fees of
 * the request are not looked at, as in Lotus: Ethereum's habits are far below Filecoin's gas.
 */
export function callRequest(request: TransactionRequest, overrides?: Overrides): CallRequest {
  const from = toFilecoin(request.from ?? ZERO_ETH_ADDRESS)
  if (from.id !== undefined) throw rpcError('application', 'expected a class 4 address, got: 0')
  return {
    from,
    to: request.to ? toFilecoin(request.to) : undefined,
    value: request.value ?? 0n,
    input: inputOf(request),
    ...(overrides && { overrides }),
  }
}

/** What a successful call returned, without its CBOR frame. */
export function returnedData({ returnData }: CallResult): Uint8Array {
  if (returnData.length === 0) return EMPTY
  const data = revertData(returnData)
  if (data === undefined) throw rpcError('application', 'the call returned no byte string')
  return data
}

/** The error of a call that failed: code 3 and, of a revert, the data that the contract gave. */
export function callFailure({ exitCode, returnData, failure }: CallResult): RpcError {
  const { message, data } = describeFailure(exitCode, returnData, failure)
  switch (exitCode) {
    case ExitCode.SYS_INSUFFICIENT_FUNDS:
      return rpcError('insufficientFunds', message)
    case ExitCode.SYS_OUT_OF_GAS:
      return rpcError('outOfGas', message)
    default: {
      const reverted = `execution reverted${spokenReason(exitCode, data)}: ${message}`
      return rpcError('reverted', reverted, to0x(data))
    }
  }
}

/** `: text` of a `revert("text")`, where geth and its clients have it. */
function spokenReason(exitCode: ExitCode, data: Uint8Array): string {
  if (exitCode !== EvmExitCode.REVERTED) return ''
  const text = /^Error\((.*)\)$/s.exec(revertReason(data))?.[1]
  return text === undefined ? '' : `: ${text}`
}
