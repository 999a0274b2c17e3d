/** What the network is, and this node in it. */
import { z } from 'zod'
import { to0x } from '../../../base/bytes.ts'
import { toQuantity } from '../../../eth/quantity.ts'
import { NETWORK_VERSION } from '../../../protocol/network.ts'
import type { Context } from '../../context.ts'
import { methodFor } from '../../method.ts'
import { AddressResult, QuantityResult } from '../../result-schema.ts'

const method = methodFor<Pick<Context, 'chain' | 'accounts' | 'networkVersion'>>()

export const eth_chainId = method({
  summary: 'Chain id, by which transactions are signed.',
  params: {},
  result: QuantityResult,
  examples: [{ name: 'local network', params: [], result: '0x1df5e76' }],
  handle: ({ chain }) => toQuantity(chain.chainId),
})

export const eth_protocolVersion = method({
  summary: 'Filecoin network version.',
  params: {},
  result: QuantityResult,
  examples: [{ name: 'network version 28', params: [], result: '0x1c' }],
  handle: ({ networkVersion = NETWORK_VERSION }) => toQuantity(networkVersion),
})

export const eth_syncing = method({
  summary: 'Whether the node is still catching up with the network; here it never is.',
  params: {},
  result: z.literal(false),
  examples: [{ name: 'in sync', params: [], result: false }],
  handle: () => false as const,
})

export const eth_accounts = method({
  summary: 'Accounts whose transactions the server signs.',
  description: 'Those of the dev chain; elsewhere none.',
  params: {},
  result: z.array(AddressResult),
  examples: [
    {
      name: 'dev accounts',
      params: [],
      result: ['0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266'],
      varies: true,
    },
  ],
  handle: ({ accounts }) => accounts.addresses().map(to0x),
})
