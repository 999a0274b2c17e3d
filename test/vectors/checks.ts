/**
 * How each kind of vector is checked. A room adds its table; `scripts/vectors.ts` runs a file
 * through them, `test/vectors.test.ts` the files of this folder.
 */
import { addressChecks } from './checks/address.ts'
import { builtinCallChecks } from './checks/builtin-calls.ts'
import { ethChecks } from './checks/eth.ts'
import { gasChecks } from './checks/gas.ts'
import { protocolChecks } from './checks/protocol.ts'
import { runChecks } from './checks/runs.ts'
import { traceChecks } from './checks/trace.ts'
import { transactionChecks } from './checks/transactions.ts'
import type { Check } from './checks/vector.ts'

export const checks: Readonly<Record<string, Check>> = {
  ...addressChecks,
  ...protocolChecks,
  ...transactionChecks,
  ...ethChecks,
  ...traceChecks,
  ...runChecks,
  ...builtinCallChecks,
  ...gasChecks,
}
