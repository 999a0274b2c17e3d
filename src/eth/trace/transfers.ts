/** Transfers of value as if they were logs of a token, among the logs of contracts. */
import { concat, fromBigIntPadded, fromHex, utf8 } from '../../base/bytes.ts'
import { keccak256 } from '../../base/hash.ts'
import { ExitCode } from '../../protocol/exit-code.ts'
import type { LogRecord } from '../records.ts'
import type { EvmCall } from './evm-call.ts'

/** Where geth lets such logs come from (ERC-7528). */
const TOKEN = fromHex('ee'.repeat(20))
const TRANSFER = keccak256(utf8('Transfer(address,address,uint256)'))

/** In the order in which it all happened; what a failure took back is left out. */
export function logsWithTransfers(call: EvmCall | undefined): LogRecord[] {
  const logs: LogRecord[] = []
  if (call !== undefined) collect(call, logs)
  return logs
}

function collect(call: EvmCall, logs: LogRecord[]): void {
  if (call.exitCode !== ExitCode.OK) return
  if (call.value > 0n && call.to !== null) logs.push(transfer(call.from, call.to, call.value))
  for (let before = 0; before <= call.calls.length; before++) {
    for (const { callsBefore, ...log } of call.logs) if (callsBefore === before) logs.push(log)
    const next = call.calls[before]
    if (next !== undefined) collect(next, logs)
  }
}

function transfer(from: Uint8Array, to: Uint8Array, value: bigint): LogRecord {
  return {
    address: TOKEN,
    topics: [TRANSFER, padded(from), padded(to)],
    data: fromBigIntPadded(value, 32),
    logIndex: 0,
  }
}

function padded(address: Uint8Array): Uint8Array {
  return concat(new Uint8Array(12), address)
}
