/** Proofs of state: on Filecoin blocks of IPLD, not nodes of a Merkle Patricia trie. */
import { z } from 'zod'
import { toFilecoin } from '../../../address/eth-address.ts'
import { to0x, toBigInt } from '../../../base/bytes.ts'
import { toQuantity } from '../../../eth/quantity.ts'
import { stateBlock } from '../../blocks.ts'
import type { Context } from '../../context.ts'
import { methodFor } from '../../method.ts'
import {
  AddressResult,
  DataResult,
  HashResult,
  QuantityResult,
  StorageValuesResult,
} from '../../result-schema.ts'
import { Address, latestByDefault, StorageRequests, Word } from '../../schema.ts'

const method = methodFor<Pick<Context, 'chain' | 'index'>>()

const NOBODY = '0x00000000000000000000000000000000000000aa'
const NO_CODE = '0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470'
const NO_STORAGE = `0x${'00'.repeat(32)}`

const ProofResult = z
  .strictObject({
    address: AddressResult,
    accountProof: z.array(DataResult).readonly(),
    balance: QuantityResult,
    codeHash: HashResult,
    nonce: QuantityResult,
    storageHash: HashResult,
    storageProof: z
      .array(
        z.strictObject({
          key: HashResult,
          value: QuantityResult,
          proof: z.array(DataResult).readonly(),
        }),
      )
      .readonly(),
  })
  .meta({ id: 'ProofResult', description: 'IPLD blocks that prove an account and its slots' })

export const eth_getProof = method({
  summary: 'The IPLD blocks from the state root of a block to an account and to slots of it.',
  description:
    'Not a Merkle Patricia proof: `accountProof` are the DAG-CBOR blocks of the HAMTs from the state root (whose CID is in the block header of Filecoin) over the Init actor to the account, `storageProof` those of the KAMT. Each block is found by the blake2b-256 of its bytes. `storageHash` is the digest of the KAMT root, zero where there is no storage.',
  params: {
    address: Address,
    slots: z
      .array(Word, { error: 'expected an array of storage slots' })
      .max(1024, { error: 'expected at most 1024 storage slots' }),
    block: latestByDefault,
  },
  result: ProofResult,
  lotus: false,
  examples: [
    {
      name: 'unknown account',
      params: [NOBODY, [], 'latest'],
      result: {
        address: NOBODY,
        accountProof: [],
        balance: '0x0',
        codeHash: NO_CODE,
        nonce: '0x0',
        storageHash: NO_STORAGE,
        storageProof: [],
      },
      varies: true,
    },
  ],
  handle({ chain, index }, { address, slots, block }) {
    const state = chain.state(stateBlock(index, block))
    const account = toFilecoin(address)
    const { codeHash, storageRoot, blocks, slots: proofs } = state.prove(account, slots)
    return {
      address: to0x(address),
      accountProof: blocks.map(to0x),
      balance: toQuantity(state.actor(account)?.balance ?? 0n),
      codeHash: to0x(codeHash),
      nonce: toQuantity(state.nonce(account)),
      storageHash: storageRoot === undefined ? NO_STORAGE : to0x(storageRoot.digest),
      storageProof: proofs.map((proof, i) => ({
        key: to0x(slots[i]!),
        value: toQuantity(toBigInt(proof.value)),
        proof: proof.blocks.map(to0x),
      })),
    }
  },
})

export const eth_getStorageValues = method({
  summary: 'Storage slots of several contracts at once; zeros for everything else.',
  params: { requests: StorageRequests, block: latestByDefault },
  result: StorageValuesResult,
  lotus: false,
  examples: [
    {
      name: 'no contract',
      params: [{ [NOBODY]: ['0x0'] }, 'latest'],
      result: { [NOBODY]: [NO_STORAGE] },
    },
  ],
  handle({ chain, index }, { requests, block }) {
    const state = chain.state(stateBlock(index, block))
    return Object.fromEntries(
      requests.map(({ key, address, slots }) => [
        key,
        slots.map((slot) => to0x(state.storageAt(toFilecoin(address), slot))),
      ]),
    )
  },
})
