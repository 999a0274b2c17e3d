/** What a wallet does, with the keys of the dev accounts. */
import { z } from 'zod'
import type { EthAddress } from '../../../address/eth-address.ts'
import { concat, fromHex, to0x, utf8 } from '../../../base/bytes.ts'
import { keccak256 } from '../../../base/hash.ts'
import type { DevAccounts, DevContext } from '../../context.ts'
import { devMethodFor } from '../../dev-method.ts'
import { rpcError } from '../../errors.ts'
import { HashResult, SignatureResult } from '../../result-schema.ts'
import { Address, Data, TransactionRequest } from '../../schema.ts'
import { sendTransaction } from '../../send-transaction.ts'

const method =
  devMethodFor<
    Pick<DevContext, 'chain' | 'index' | 'accounts' | 'dev' | 'impersonation' | 'senders'>
  >()

/** First of the accounts that anvil and Hardhat have too. */
const ACCOUNT = '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266'
const SIGNATURE = `0x${'00'.repeat(65)}`

export const eth_sendTransaction = method({
  summary: 'Signs a transaction with a dev account and adds it to the pool.',
  description:
    'Nonce, gas and fees are filled in where they are missing. Also sends from impersonated accounts.',
  params: { transaction: TransactionRequest },
  result: HashResult,
  examples: [
    {
      name: 'transfer',
      params: [{ from: ACCOUNT, to: `0x${'00'.repeat(19)}aa`, value: '0x1' }],
      result: `0x${'11'.repeat(32)}`,
      varies: true,
    },
  ],
  handle: async (context, { transaction }) => to0x(await sendTransaction(context, transaction)),
})

export const eth_sign = method({
  summary: 'Signs a message (EIP-191) with a dev account.',
  params: { address: Address, message: Data },
  result: SignatureResult,
  examples: [{ name: 'two bytes', params: [ACCOUNT, '0x1234'], result: SIGNATURE, varies: true }],
  handle: ({ accounts }, { address, message }) => sign(accounts, address, personalHash(message)),
})

export const personal_sign = method({
  summary: 'Signs a message (EIP-191) with a dev account; the message comes first.',
  params: { message: Data, address: Address, password: z.string().optional() },
  result: SignatureResult,
  examples: [{ name: 'two bytes', params: ['0x1234', ACCOUNT], result: SIGNATURE, varies: true }],
  handle: ({ accounts }, { address, message }) => sign(accounts, address, personalHash(message)),
})

const TypedData = z
  .union([z.looseObject({}), z.string()], { error: 'expected typed data, an object or its JSON' })
  .meta({ description: 'EIP-712 typed data, an object or its JSON' })

export const eth_signTypedData_v4 = method({
  summary: 'Signs typed data (EIP-712) with a dev account.',
  params: { address: Address, typedData: TypedData },
  result: SignatureResult,
  examples: [
    {
      name: 'a greeting',
      params: [
        ACCOUNT,
        {
          domain: { name: 'example' },
          types: {
            EIP712Domain: [{ name: 'name', type: 'string' }],
            Greeting: [{ name: 'text', type: 'string' }],
          },
          primaryType: 'Greeting',
          message: { text: 'hello' },
        },
      ],
      result: SIGNATURE,
      varies: true,
    },
  ],
  handle: async ({ accounts }, { address, typedData }) =>
    sign(accounts, address, await typedDataHash(typedData)),
})

function sign(accounts: DevAccounts, address: EthAddress, hash: Uint8Array): string {
  const signature = accounts.sign(address, hash)
  if (signature === undefined) throw rpcError('application', `unknown account ${to0x(address)}`)
  const v = signature[64]! + 27
  return to0x(concat(signature.subarray(0, 64), Uint8Array.of(v)))
}

/** EIP-191, version 0x45. */
function personalHash(message: Uint8Array): Uint8Array {
  return keccak256(concat(utf8(`\x19Ethereum Signed Message:\n${message.length}`), message))
}

async function typedDataHash(typedData: unknown): Promise<Uint8Array> {
  // takes 200 ms to load, and few need it
  const { hashTypedData } = await import('viem')
  try {
    const data = typeof typedData === 'string' ? JSON.parse(typedData) : typedData
    return fromHex(hashTypedData(data))
  } catch (error) {
    throw rpcError('invalidParams', `invalid parameter 'typedData': ${(error as Error).message}`)
  }
}
