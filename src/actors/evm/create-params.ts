/** What the EVM actor and the EAM say to each other. */
import {
  address,
  bytes,
  fixedBytes,
  nullable,
  type TypeOf,
  tuple,
  uint,
  uint64,
} from '../../ipld/codec.ts'

export const createParams = tuple({ initcode: bytes, nonce: uint64 })
export const create2Params = tuple({ initcode: bytes, salt: fixedBytes(32) })
export const createReturn = tuple({
  actorId: uint,
  robustAddress: nullable(address),
  ethAddress: fixedBytes(20),
})
export type CreateReturn = TypeOf<typeof createReturn>

/** Params of the EVM actor's Constructor and Resurrect. */
export const constructorParams = tuple({ creator: fixedBytes(20), initcode: bytes })
