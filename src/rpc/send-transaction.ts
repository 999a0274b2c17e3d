/** From a wish to a transaction in the pool: fills in, signs, submits. */
import { type EthAddress, ethKey, toFilecoin } from '../address/eth-address.ts'
import { to0x, toBigInt } from '../base/bytes.ts'
import type { Hash } from '../eth/records.ts'
import { toMessage, toSignedMessage } from '../eth/to-message.ts'
import { baseV, type EthTransaction, signingHash, transactionHash } from '../eth/transaction.ts'
import { headOf } from './blocks.ts'
import type { DevContext } from './context.ts'
import { rpcError } from './errors.ts'
import { callFailure, callRequest } from './execution.ts'
import { inputOf, type TransactionRequest } from './schema.ts'

type Wallet = Pick<DevContext, 'chain' | 'index' | 'accounts' | 'dev' | 'impersonation' | 'senders'>

/** All but the signature. */
export type Unsigned = Omit<EthTransaction, 'v' | 'r' | 's'>

/** @returns the transaction's hash. @throws RpcError, MempoolError */
export async function sendTransaction(wallet: Wallet, request: TransactionRequest): Promise<Hash> {
  const from = request.from ?? wallet.accounts.addresses()[0]
  if (from === undefined) throw rpcError('invalidParams', "missing 'from'")
  // one after the other: two at once would get the same nonce
  return wallet.senders.inTurn(from, async () => {
    const transaction = await completed(wallet, from, request)
    const signed = signedBy(wallet, from, transaction)
    if (signed !== undefined) {
      await wallet.chain.submitRecovered(toSignedMessage(signed))
      return transactionHash(signed)
    }
    if (!wallet.impersonation.has(from)) {
      throw rpcError('application', `unknown account ${to0x(from)}: it has no key here`)
    }
    return wallet.dev.submitUnsigned(toMessage({ ...transaction, v: 0n, r: 0n, s: 0n }, from))
  })
}

/** Nonce, gas and fees filled in where they are missing. */
export async function completed(
  { chain, index }: Pick<Wallet, 'chain' | 'index'>,
  from: EthAddress,
  request: TransactionRequest,
): Promise<Unsigned> {
  checkSupported(request, chain.chainId)
  const nonce = request.nonce ?? (await chain.pendingNonce(toFilecoin(from)))
  const gas = request.gas ?? (await estimatedGas({ chain, index }, { ...request, from }))
  return {
    ...(await fees({ chain, index }, request)),
    chainId: BigInt(chain.chainId),
    nonce: BigInt(nonce),
    gas,
    to: request.to ?? null,
    value: request.value ?? 0n,
    input: inputOf(request),
  }
}

const SUPPORTED_TYPES = [undefined, null, 0, 2]

function checkSupported(request: TransactionRequest, chainId: number): void {
  const { type, accessList, gasPrice, maxFeePerGas, maxPriorityFeePerGas } = request
  if (!SUPPORTED_TYPES.includes(type)) {
    throw rpcError('application', 'unsupported transaction type')
  }
  if (accessList && accessList.length > 0) {
    throw rpcError('application', 'access list should be an empty list')
  }
  if (request.chainId && request.chainId !== chainId) {
    throw rpcError('application', `invalid chain id: ${request.chainId}, this is ${chainId}`)
  }
  if (gasPrice && (maxFeePerGas || maxPriorityFeePerGas)) {
    const both = 'both gasPrice and (maxFeePerGas or maxPriorityFeePerGas) specified'
    throw rpcError('invalidParams', both)
  }
}

async function estimatedGas(
  { chain, index }: Pick<Wallet, 'chain' | 'index'>,
  request: TransactionRequest,
): Promise<number> {
  const estimate = await chain.estimateGas(callRequest(request), headOf(index))
  if ('gas' in estimate) return estimate.gas
  throw callFailure(estimate.failed)
}

/** Unless told otherwise, EIP-1559 with room for the base fee to double. */
async function fees(
  { chain, index }: Pick<Wallet, 'chain' | 'index'>,
  request: TransactionRequest,
) {
  const { gasPrice } = request
  if (gasPrice || request.type === 0) {
    const price = gasPrice ?? headOf(index).nextBaseFee + (await chain.premium())
    return { kind: 'eip155', maxFeePerGas: price, maxPriorityFeePerGas: price } as const
  }
  const premium = request.maxPriorityFeePerGas ?? (await chain.premium())
  const maxFee = request.maxFeePerGas ?? 2n * headOf(index).nextBaseFee + premium
  return {
    kind: 'eip1559',
    maxFeePerGas: maxFee,
    maxPriorityFeePerGas: request.maxPriorityFeePerGas ?? (premium < maxFee ? premium : maxFee),
  } as const
}

/** undefined: the key of the account is not here. */
function signedBy(
  { accounts }: Pick<Wallet, 'accounts'>,
  from: EthAddress,
  transaction: Unsigned,
): EthTransaction | undefined {
  const unsigned = { ...transaction, v: 0n, r: 0n, s: 0n }
  const signature = accounts.sign(from, signingHash(unsigned))
  if (signature === undefined) return undefined
  return {
    ...unsigned,
    r: toBigInt(signature.subarray(0, 32)),
    s: toBigInt(signature.subarray(32, 64)),
    v: baseV(unsigned) + BigInt(signature[64]!),
  }
}

/** Lets each sender do one thing at a time. */
export class Senders {
  readonly #last = new Map<string, Promise<unknown>>()

  async inTurn<T>(sender: EthAddress, work: () => Promise<T>): Promise<T> {
    const key = ethKey(sender)
    const turn = (this.#last.get(key) ?? Promise.resolve()).then(work)
    const settled = turn.catch(() => {})
    this.#last.set(key, settled)
    try {
      return await turn
    } finally {
      if (this.#last.get(key) === settled) this.#last.delete(key)
    }
  }
}
