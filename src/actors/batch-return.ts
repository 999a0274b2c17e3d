/** How the items of a batch went: how many succeeded, and why the others did not. */
import { list, type TypeOf, tuple, uint } from '../ipld/codec.ts'
import { ExitCode } from '../protocol/exit-code.ts'

export const batchReturnCodec = tuple({
  successCount: uint,
  failures: list(tuple({ index: uint, exitCode: uint })),
})
export type BatchReturn = TypeOf<typeof batchReturnCodec>

/** @param exitCodes one per item */
export function batchReturn(exitCodes: readonly ExitCode[]): BatchReturn {
  const failures = exitCodes
    .map((exitCode, index) => ({ index, exitCode }))
    .filter(({ exitCode }) => exitCode !== ExitCode.OK)
  return { successCount: exitCodes.length - failures.length, failures }
}
