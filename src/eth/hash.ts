/** Ethereum hashes that are digests of CIDs: of tipsets and of native messages. */
import { CID, Codec } from '../ipld/cid.ts'
import type { Hash } from './records.ts'

/** @throws RangeError for a CID that is not DAG-CBOR under blake2b-256. */
export function hashOfCid(cid: CID): Hash {
  if (!cid.isBlake2b256 || cid.codec !== Codec.DAG_CBOR) {
    throw new RangeError('CID does not have the expected prefix')
  }
  return cid.digest
}

export function cidOfHash(hash: Hash): CID {
  return CID.fromDigest(Codec.DAG_CBOR, hash)
}
