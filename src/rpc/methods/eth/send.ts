/** Other ways to send, and what goes before it. */
import { z } from 'zod'
import { ZERO_ETH_ADDRESS } from '../../../address/eth-address.ts'
import { to0x } from '../../../base/bytes.ts'
import { receiptJson } from '../../../eth/json.ts'
import { parseTransaction } from '../../../eth/parse-transaction.ts'
import { toQuantity } from '../../../eth/quantity.ts'
import type { Hash, MinedTransaction } from '../../../eth/records.ts'
import { toSignedMessage } from '../../../eth/to-message.ts'
import { type EthTransaction, signedRlp, transactionHash } from '../../../eth/transaction.ts'
import type { Context } from '../../context.ts'
import { rpcError } from '../../errors.ts'
import { methodFor } from '../../method.ts'
import { DataResult, HashResult, ReceiptResult, UnsignedResult } from '../../result-schema.ts'
import { Data, TransactionRequest, Uint } from '../../schema.ts'
import { completed } from '../../send-transaction.ts'

const method = methodFor<Pick<Context, 'chain' | 'index' | 'heads' | 'accounts'>>()

const UNKNOWN = `0x${'11'.repeat(32)}`

export const eth_sendRawTransactionUntrusted = method({
  summary: 'Adds a signed transaction to the pool, by the stricter rules for strangers.',
  description: 'No gap before its nonce, and at most 100 waiting transactions of its sender.',
  params: { transaction: Data },
  result: HashResult,
  writes: true,
  examples: [{ name: 'transfer', params: ['0x02f8'], result: UNKNOWN, varies: true }],
  async handle({ chain }, { transaction: raw }) {
    const transaction = parseTransaction(raw, chain.chainId)
    await chain.submitUntrusted(toSignedMessage(transaction))
    return to0x(transactionHash(transaction))
  },
})

/** Milliseconds. */
const DEFAULT_WAIT = 20_000
const LONGEST_WAIT = 60_000

export const eth_sendRawTransactionSync = method({
  summary: 'Sends a signed transaction and answers its receipt (EIP-7966).',
  description: `Waits for the block, \`timeout\` milliseconds at most (${DEFAULT_WAIT} unless given, never more than ${LONGEST_WAIT}); after that it is error 4, whose data is the hash.`,
  params: { transaction: Data, timeout: Uint.optional() },
  result: ReceiptResult,
  lotus: false,
  // not "writes": a batch need not wait for what waits for a block
  examples: [{ name: 'transfer', params: ['0x02f8'], result: {}, varies: true }],
  async handle(context, { transaction: raw, timeout = DEFAULT_WAIT }) {
    const transaction = parseTransaction(raw, context.chain.chainId)
    await context.chain.submitRecovered(toSignedMessage(transaction))
    const hash = transactionHash(transaction)
    const wait = Math.min(timeout, LONGEST_WAIT)
    const mined = await minedWithin(context, hash, wait)
    if (mined === undefined) throw rpcError('notMined', wait, to0x(hash))
    return receiptJson(mined)
  },
})

function minedWithin(
  { index, heads }: Pick<Context, 'index' | 'heads'>,
  hash: Hash,
  milliseconds: number,
): Promise<MinedTransaction | undefined> {
  const known = index.transaction(hash)
  if (known !== undefined) return Promise.resolve(known)
  return new Promise((resolve) => {
    const end = (mined: MinedTransaction | undefined) => {
      clearTimeout(timer)
      stop()
      resolve(mined)
    }
    const look = () => {
      const mined = index.transaction(hash)
      if (mined !== undefined) end(mined)
    }
    const timer = setTimeout(() => end(undefined), milliseconds)
    const stop = heads.listen(look)
    // it may have been mined before anybody listened
    look()
  })
}

export const eth_fillTransaction = method({
  summary: 'Fills in nonce, gas and fees where they are missing, ready to be signed.',
  description: '`raw` is the transaction without a signature: v, r and s are those of none.',
  params: { transaction: TransactionRequest },
  result: z.strictObject({ raw: DataResult, tx: UnsignedResult }),
  lotus: false,
  examples: [
    {
      name: 'transfer',
      params: [
        {
          from: '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266',
          to: `0x${'00'.repeat(19)}aa`,
          value: '0x1',
        },
      ],
      result: {},
      varies: true,
    },
  ],
  async handle(context, { transaction: request }) {
    const from = request.from ?? context.accounts.addresses()[0] ?? ZERO_ETH_ADDRESS
    const unsigned = { ...(await completed(context, from, request)), v: 0n, r: 0n, s: 0n }
    return { raw: to0x(signedRlp(unsigned)), tx: { from: to0x(from), ...unsignedJson(unsigned) } }
  },
})

function unsignedJson(tx: EthTransaction) {
  const maxFeePerGas = toQuantity(tx.maxFeePerGas)
  return {
    type: tx.kind === 'eip1559' ? ('0x2' as const) : ('0x0' as const),
    chainId: toQuantity(tx.chainId),
    nonce: toQuantity(tx.nonce),
    to: tx.to && to0x(tx.to),
    value: toQuantity(tx.value),
    input: to0x(tx.input),
    gas: toQuantity(tx.gas),
    ...(tx.kind === 'eip1559'
      ? {
          maxFeePerGas,
          maxPriorityFeePerGas: toQuantity(tx.maxPriorityFeePerGas),
          accessList: [],
        }
      : {}),
    gasPrice: maxFeePerGas,
  }
}
