/** Addresses of log filters: contracts are known by two, and logs bear one of them. */
import { f410Payload, isMaskedId, toFilecoin } from '../address/eth-address.ts'
import { headOf } from './blocks.ts'
import type { Context } from './context.ts'
import type { LogFilter } from './schema.ts'

/** Masked ids of contracts become the addresses that their logs bear (eth-rpc spec 5). */
export function byOwnAddress<F extends Pick<LogFilter, 'address'>>(
  { chain, index }: Pick<Context, 'chain' | 'index'>,
  filter: F,
): F {
  if (!filter.address.some(isMaskedId)) return filter
  const state = chain.state(headOf(index))
  const address = filter.address.map((each) => {
    if (!isMaskedId(each)) return each
    return f410Payload(state.actor(toFilecoin(each))?.delegatedAddress ?? undefined) ?? each
  })
  return { ...filter, address }
}
