/** The tipset parameter of Filecoin's methods: a list of block CIDs; empty or null is the newest. */
import { z } from 'zod'
import { equal } from '../base/bytes.ts'
import { hashOfCid } from '../eth/hash.ts'
import type { BlockRecord } from '../eth/records.ts'
import type { Index } from '../index/log-query.ts'
import { tipsetKeyCid } from '../protocol/tipset.ts'
import { headOf } from './blocks.ts'
import { rpcError } from './errors.ts'
import { Cid } from './schema.ts'

/** Decodes to a function that finds the tipset. */
export const TipSetKey = z
  .array(Cid, { error: 'expected a list of CIDs' })
  .max(20)
  .nullish()
  .meta({ id: 'TipSetKey', description: 'CIDs of the blocks of a tipset; none: the newest' })
  .transform((cids) => (index: Index): BlockRecord => {
    const head = headOf(index)
    if (cids === null || cids === undefined || cids.length === 0) return head
    const hash = hashOfCid(tipsetKeyCid(cids))
    const block = equal(hash, head.hash) ? head : index.blockByHash(hash)
    if (block !== undefined) return block
    throw rpcError('application', `failed to load tipset: ${cids.join(', ')} not found`)
  })
