/** `[exitCode, return, gasUsed, eventsRoot | null]` */
import type { CID } from '../ipld/cid.ts'
import { bytes, int, link, nullable, tuple } from '../ipld/codec.ts'
import type { ExitCode } from './exit-code.ts'

export interface Receipt {
  readonly exitCode: ExitCode
  /** The returned block's bytes; its codec is not recorded. */
  readonly returnData: Uint8Array
  readonly gasUsed: number
  readonly eventsRoot: CID | null
}

export const receiptCodec = tuple({
  exitCode: int,
  returnData: bytes,
  gasUsed: int,
  eventsRoot: nullable(link),
})
