/** What f01, the Init actor, takes and gives: to whoever makes actors. */
import { address, bytes, link, tuple } from '../ipld/codec.ts'

export const Exec = 2n
export const Exec4 = 3n

export const execParams = tuple({ code: link, constructorParams: bytes })
export const exec4Params = tuple({ code: link, constructorParams: bytes, subaddress: bytes })
export const execReturn = tuple({ idAddress: address, robustAddress: address })
