/** Filecoin's own methods, as iso-filecoin calls them over `/rpc/v1`. */
import { Message as IsoMessage } from 'iso-filecoin/message'
import { RPC } from 'iso-filecoin/rpc'
import { Signature } from 'iso-filecoin/signature'
import { describe, expect, test } from 'vitest'
import { CID } from '../../src/ipld/cid.ts'
import { blockHeaderCodec } from '../../src/protocol/block-header.ts'
import { embeddedNode } from './embedded.ts'
import { nativeMessage } from './native-message.ts'
import { rpcCall } from './node.ts'

const node = await embeddedNode()
const api = `${node.httpUrl}/rpc/v1`
const iso = new RPC({ api, network: 'testnet' })
const rpc = <T = unknown>(method: string, ...params: unknown[]) =>
  rpcCall<T>(api, `Filecoin.${method}`, params)
const [secp, bls] = ['secp256k1', 'bls'].map(
  (kind) => node.accounts.native.find((account) => account.kind === kind)!,
)

interface TipSet {
  readonly Cids: readonly { '/': string }[]
  readonly Blocks: readonly { readonly Height: number; readonly Parents: { '/': string }[] }[]
  readonly Height: number
}

async function resultOf<T>(answer: Promise<{ result?: T; error?: unknown }>): Promise<T> {
  const { result, error } = await answer
  expect(error).toBeUndefined()
  return result as T
}

describe('iso-filecoin', () => {
  test('sees the network and its accounts', async () => {
    expect(await resultOf(iso.networkName())).toBe('localnet')
    expect(await resultOf(iso.version())).toMatchObject({ APIVersion: 131_840, BlockDelay: 30 })
    const address = secp!.address.toString('t')
    expect(await resultOf(iso.balance(address))).toBe('10000000000000000000000')
    expect(await resultOf(iso.nonce(address))).toBe(0)
    expect(await resultOf(iso.stateLookupID({ address }))).toMatch(/^t01\d\d$/)
  })

  test.each([
    ['secp256k1', secp!],
    ['bls', bls!],
  ])('sends from an account with a key of %s', async (kind, from) => {
    const to = 't0100'
    const before = BigInt(await rpc<string>('WalletBalance', to))
    const { signed } = await nativeMessage(node.chain, from, {
      to: secp!.address,
      value: 5n,
    })
    const { message, signature } = signed
    const msg = new IsoMessage({
      from: message.from.toString('t'),
      to: message.to.toString('t'),
      nonce: Number(message.nonce),
      value: String(message.value),
      gasLimit: message.gasLimit,
      gasFeeCap: String(message.gasFeeCap),
      gasPremium: String(message.gasPremium),
    })
    const type = kind === 'bls' ? 'BLS' : 'SECP256K1'
    const pushed = await resultOf(
      iso.pushMessage({ msg, signature: new Signature({ type, data: signature.data }) }),
    )
    const hash = await rpc<string>('EthGetTransactionHashByCid', pushed)
    expect(await rpcCall(node.httpUrl, 'eth_getTransactionReceipt', [hash])).toMatchObject({
      status: '0x1',
    })
    expect(await resultOf(iso.nonce(from.address.toString('t')))).toBe(1)
    expect(BigInt(await rpc<string>('WalletBalance', to))).toBe(before)
  })

  test('refuses a signature of another message', async () => {
    const { signed } = await nativeMessage(node.chain, secp!, { to: bls!.address, value: 1n })
    const { message, signature } = signed
    const json = {
      Version: 0,
      To: message.to.toString('t'),
      From: message.from.toString('t'),
      Nonce: Number(message.nonce),
      Value: '2',
      GasLimit: message.gasLimit,
      GasFeeCap: String(message.gasFeeCap),
      GasPremium: String(message.gasPremium),
      Method: 0,
      Params: null,
    }
    const Data = Buffer.from(signature.data).toString('base64')
    await expect(rpc('MpoolPush', { Message: json, Signature: { Type: 1, Data } })).rejects.toThrow(
      /signature verification failed/,
    )
  })
})

describe('tipsets', () => {
  test('are found by height and key, across null rounds', async () => {
    await node.chain.mine(2)
    const before = await rpc<TipSet>('ChainHead')
    await node.chain.skipEpochs(2)
    await node.chain.mine(1)
    const head = await rpc<TipSet>('ChainHead')
    expect(head.Height).toBe(before.Height + 3)
    expect(head.Blocks[0]!.Parents).toEqual(before.Cids)
    expect(await rpc('ChainGetTipSet', head.Cids)).toEqual(head)
    expect(await rpc('ChainGetTipSetByHeight', before.Height + 1, null)).toEqual(before)
    expect(await rpc('ChainGetTipSetAfterHeight', before.Height + 1, null)).toEqual(head)
    await expect(rpc('ChainGetTipSetByHeight', head.Height + 1, null)).rejects.toThrow(
      /height greater than start point/,
    )
    expect((await rpc<TipSet>('ChainGetGenesis')).Height).toBe(0)
  })

  test('are blocks whose bytes hash to their CIDs', async () => {
    const { Cids, Blocks } = await rpc<TipSet>('ChainHead')
    const bytes = Buffer.from(await rpc<string>('ChainReadObj', Cids[0]), 'base64')
    const cid = CID.parse(Cids[0]!['/'])
    expect(CID.of(cid.codec, bytes).equals(cid)).toBe(true)
    expect(blockHeaderCodec.decode(bytes).height).toBe(Blocks[0]!.Height)
    expect(await rpc('ChainHasObj', Cids[0])).toBe(true)
    const absent = CID.of(cid.codec, Uint8Array.of(1, 2, 3)).toString()
    expect(await rpc('ChainHasObj', { '/': absent })).toBe(false)
    await expect(rpc('ChainReadObj', { '/': absent })).rejects.toThrow(/could not find/)
  })
})

describe('actors', () => {
  test('are shown, and missed by their error code', async () => {
    const id = await rpc<string>('StateLookupID', secp!.address.toString('t'), null)
    expect(await rpc('StateGetActor', id, null)).toMatchObject({ DelegatedAddress: null })
    const unknown = rpc('StateGetActor', 't0999999', null)
    await expect(unknown).rejects.toThrow('actor not found')
    await expect(unknown).rejects.toMatchObject({ code: 11 })
    expect(await rpc('StateNetworkVersion', null)).toBe(28)
  })
})
