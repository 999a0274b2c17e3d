/** ethers 6 on a test node. */
import { HDNodeWallet, JsonRpcProvider, Mnemonic } from 'ethers'
import { afterAll } from 'vitest'
import { MNEMONIC } from './viem.ts'

export function ethers({ httpUrl }: { readonly httpUrl: string }) {
  // cacheTimeout: ethers would answer the same question from its memory for 250 ms
  const provider = new JsonRpcProvider(httpUrl, undefined, { cacheTimeout: -1, polling: true })
  provider.pollingInterval = 20
  afterAll(() => provider.destroy())
  const mnemonic = Mnemonic.fromPhrase(MNEMONIC)
  const signer = (index: number) =>
    HDNodeWallet.fromMnemonic(mnemonic, `m/44'/60'/0'/0/${index}`).connect(provider)
  return { provider, signer }
}
