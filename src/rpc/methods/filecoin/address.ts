/** Between Ethereum and Filecoin addresses (FIP-0055, eth-rpc spec 2.2). */
import { z } from 'zod'
import { type Address as Actor, AddressError } from '../../../address/address.ts'
import {
  type EthAddress,
  f410Payload,
  fromFilecoin,
  isMaskedId,
  maskedId,
  toFilecoin,
} from '../../../address/eth-address.ts'
import { to0x } from '../../../base/bytes.ts'
import type { StateView } from '../../../chain/chain.ts'
import { stateBlock } from '../../blocks.ts'
import type { Context } from '../../context.ts'
import { rpcError } from '../../errors.ts'
import { methodFor } from '../../method.ts'
import { AddressResult } from '../../result-schema.ts'
import { Address, Block, FilecoinAddress } from '../../schema.ts'

const method = methodFor<Pick<Context, 'chain' | 'index' | 'networkPrefix'>>()

export const EthAddressToFilecoinAddress = method({
  summary: 'The f410 or f0 address that an Ethereum address stands for.',
  params: { address: Address },
  result: z.string(),
  examples: [
    { name: 'masked id', params: ['0xff000000000000000000000000000000000003ec'], result: 't01004' },
    {
      name: 'account',
      params: ['0xd4c5fb16488aa48081296299d54b0c648c9333da'],
      result: 't410f2tc7wfserksibajjmkm5ksymmsgjgm62hg7drna',
      varies: true,
    },
  ],
  handle: ({ networkPrefix }, { address }) => toFilecoin(address).toString(networkPrefix),
})

export const FilecoinAddressToEthAddress = method({
  summary: 'The Ethereum address of any actor: its f410 address if it has one, else its masked id.',
  description: 'f0 and f410 addresses are converted without state; the others are looked up.',
  params: { address: FilecoinAddress, block: Block.prefault('finalized') },
  result: AddressResult,
  examples: [
    { name: 'id', params: ['f01004'], result: '0xff000000000000000000000000000000000003ec' },
  ],
  handle({ chain, index }, { address, block }) {
    const own = ownEthAddress(address)
    if (own !== undefined) return to0x(own)
    const found = lookUp(chain.state(stateBlock(index, block)), address)
    if (found !== undefined) return to0x(found)
    const isYoung = lookUp(chain.state(stateBlock(index, { tag: 'latest' })), address) !== undefined
    const detail = 'failed to lookup ID address for given Filecoin address'
    throw rpcError(
      'actorNotFound',
      isYoung
        ? `${detail}: it is too young for this block, wait some epochs or ask for "latest"`
        : detail,
    )
  },
})

function ownEthAddress(address: Actor): EthAddress | undefined {
  try {
    return fromFilecoin(address)
  } catch (error) {
    if (error instanceof AddressError) throw rpcError('invalidParams', error.message)
    throw error
  }
}

function lookUp(state: StateView, address: Actor): EthAddress | undefined {
  const actor = state.actor(address)
  if (actor === undefined) return undefined
  const delegated = f410Payload(actor.delegatedAddress ?? undefined)
  return delegated === undefined || isMaskedId(delegated) ? maskedId(actor.id) : delegated
}
