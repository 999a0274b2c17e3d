/** Actors and the network, as wallets and back ends of Filecoin ask for them. */
import { z } from 'zod'
import { Address as Actor } from '../../../address/address.ts'
import type { BlockRecord } from '../../../eth/records.ts'
import { link, text, tuple, uint } from '../../../ipld/codec.ts'
import { INIT_ACTOR } from '../../../protocol/builtin.ts'
import { NETWORK_VERSION } from '../../../protocol/network.ts'
import { headOf } from '../../blocks.ts'
import type { Context } from '../../context.ts'
import { rpcError } from '../../errors.ts'
import { ActorResult, actorJson, cidJson, SignedMessageParam } from '../../lotus-json.ts'
import { methodFor } from '../../method.ts'
import { CidResult } from '../../result-schema.ts'
import { FilecoinAddress } from '../../schema.ts'
import { TipSetKey } from '../../tipset-key.ts'

type Slice = Pick<Context, 'chain' | 'index' | 'networkPrefix' | 'networkVersion' | 'clientVersion'>

const method = methodFor<Slice>()

const UNKNOWN = 'f01000000'

/** Version of Lotus's API that the answers follow: 2.3.0. */
const API_VERSION = (2 << 16) | (3 << 8)
/** Seconds between heights of a real network. */
const BLOCK_DELAY = 30

export const Version = method({
  summary: 'Name of this server, and the version of the API.',
  params: {},
  result: z.object({ Version: z.string(), APIVersion: z.number(), BlockDelay: z.number() }),
  examples: [{ name: 'version', params: [], result: {}, varies: true }],
  handle: ({ clientVersion }) => ({
    Version: clientVersion,
    APIVersion: API_VERSION,
    BlockDelay: BLOCK_DELAY,
  }),
})

/** State of the Init actor, which has the network's name. */
const initState = tuple({ addressMap: link, nextId: uint, networkName: text })

export const StateNetworkName = method({
  summary: 'Name of the network, as the Init actor holds it.',
  params: {},
  result: z.string(),
  examples: [{ name: 'local chain', params: [], result: 'localnet' }],
  handle({ chain, index }) {
    const state = chain.state(headOf(index))
    const init = state.actor(Actor.id(INIT_ACTOR))
    const data = init && state.block(init.head)
    if (data === undefined) throw rpcError('application', 'the state has no Init actor')
    return initState.decode(data).networkName
  },
})

export const StateNetworkVersion = method({
  summary: 'Network version whose rules the chain follows.',
  params: { tipset: TipSetKey },
  result: z.number(),
  examples: [{ name: 'newest', params: [null], result: 28 }],
  handle: ({ networkVersion = NETWORK_VERSION }) => networkVersion,
})

function actorAt({ chain }: Pick<Context, 'chain'>, block: BlockRecord, address: Actor) {
  const actor = chain.state(block).actor(address)
  if (actor === undefined) throw rpcError('actorNotFound')
  return actor
}

export const StateGetActor = method({
  summary: 'An actor: code, head, nonce, balance, delegated address.',
  params: { address: FilecoinAddress, tipset: TipSetKey },
  result: ActorResult,
  examples: [{ name: 'Init', params: ['f01', null], result: {}, varies: true }],
  handle: (context, { address, tipset }) =>
    actorJson(actorAt(context, tipset(context.index), address), context.networkPrefix),
})

export const StateLookupID = method({
  summary: 'The id address of an actor.',
  params: { address: FilecoinAddress, tipset: TipSetKey },
  result: z.string(),
  examples: [{ name: 'an id', params: ['f01', null], result: 't01' }],
  handle: (context, { address, tipset }) =>
    Actor.id(actorAt(context, tipset(context.index), address).id).toString(context.networkPrefix),
})

export const WalletBalance = method({
  summary: 'Balance of an account, in attoFIL; 0 for one that nobody has used.',
  params: { address: FilecoinAddress },
  result: z.string(),
  examples: [{ name: 'unknown', params: [UNKNOWN], result: '0' }],
  handle({ chain, index }, { address }) {
    return String(chain.state(headOf(index)).actor(address)?.balance ?? 0n)
  },
})

export const WalletValidateAddress = method({
  summary: 'The address, if it is one.',
  params: { address: FilecoinAddress },
  result: z.string(),
  examples: [{ name: 'an id', params: ['f01000'], result: 't01000' }],
  handle: ({ networkPrefix }, { address }) => address.toString(networkPrefix),
})

export const MpoolGetNonce = method({
  summary: 'Next nonce of a sender, the pool included.',
  params: { address: FilecoinAddress },
  result: z.number(),
  examples: [{ name: 'unknown', params: [UNKNOWN], result: 0 }],
  handle: async ({ chain }, { address }) => Number(await chain.pendingNonce(address)),
})

export const MpoolPush = method({
  summary: 'Adds a signed message to the pool: secp256k1, BLS or delegated.',
  params: { message: SignedMessageParam },
  result: CidResult,
  writes: true,
  examples: [
    {
      name: 'a transfer',
      params: [
        {
          Message: {
            Version: 0,
            To: 'f01',
            From: 'f1d2xrzcslx7xlbbylc5c3d5lvandqw4iwl6epxba',
            Nonce: 0,
            Value: '1',
            GasLimit: 10_000_000,
            GasFeeCap: '200000000',
            GasPremium: '100000',
            Method: 0,
            Params: null,
          },
          Signature: { Type: 1, Data: `${'A'.repeat(86)}AA` },
        },
      ],
      result: { '/': 'bafy2bzaced' },
      varies: true,
    },
  ],
  handle: async ({ chain }, { message }) => cidJson(await chain.submit(message)),
})
