/** Records whose time is over. */
import { ExitCode } from '../../protocol/exit-code.ts'
import { type BatchReturn, batchReturn } from '../batch-return.ts'
import { require } from '../checks.ts'
import type { Records } from './records.ts'

/**
 * Removes the records of an owner that have expired.
 * @param ids which ones; all when empty
 * @param onRemoved told of each, in order
 */
export function removeExpired<T>(
  records: Records<T>,
  owner: bigint,
  ids: readonly bigint[],
  hasExpired: (record: T) => boolean,
  onRemoved: (id: bigint, record: T) => void,
): { considered: bigint[]; results: BatchReturn } {
  const considered = ids.length === 0 ? expired(records, owner, hasExpired) : [...ids]
  const exitCodes = considered.map((id) => {
    if (ids.length === 0) return ExitCode.OK
    const record = records.get(owner, id)
    if (record === undefined) return ExitCode.USR_NOT_FOUND
    return hasExpired(record) ? ExitCode.OK : ExitCode.USR_FORBIDDEN
  })
  for (const [index, id] of considered.entries()) {
    if (exitCodes[index] !== ExitCode.OK) continue
    const record = records.delete(owner, id)
    // named twice
    require(record !== undefined, ExitCode.USR_ASSERTION_FAILED, `record ${id} is gone`)
    onRemoved(id, record)
  }
  return { considered, results: batchReturn(exitCodes) }
}

function expired<T>(records: Records<T>, owner: bigint, hasExpired: (record: T) => boolean) {
  return [...records.of(owner)].filter(([, record]) => hasExpired(record)).map(([id]) => id)
}
