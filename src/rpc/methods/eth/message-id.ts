/** Between transaction hashes and message CIDs. */
import { to0x } from '../../../base/bytes.ts'
import type { Context } from '../../context.ts'
import { methodFor } from '../../method.ts'
import { CidResult, HashResult } from '../../result-schema.ts'
import { Cid, Hash } from '../../schema.ts'

const method = methodFor<Pick<Context, 'index'>>()

export const eth_getMessageCidByTransactionHash = method({
  summary: 'CID of the Filecoin message behind a transaction; null if unknown.',
  params: { hash: Hash },
  result: CidResult.nullable(),
  examples: [{ name: 'unknown', params: [`0x${'11'.repeat(32)}`], result: null }],
  handle({ index }, { hash }) {
    const cid = index.messageCid(hash)
    return cid === undefined ? null : { '/': cid.toString() }
  },
})

export const eth_getTransactionHashByCid = method({
  summary: 'Hash by which Ethereum tools know a Filecoin message; null if unknown.',
  params: { cid: Cid },
  result: HashResult.nullable(),
  examples: [
    {
      name: 'unknown',
      params: [{ '/': 'bafy2bzacecnamqgqmifpluoeldx7zzglxcljo6oja4vrmtj7432rphldpdmm2' }],
      result: null,
    },
  ],
  handle({ index }, { cid }) {
    const hash = index.transactionHash(cid)
    return hash === undefined ? null : to0x(hash)
  },
})
