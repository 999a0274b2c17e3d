/**
 * From the errors of other rooms to errors on the wire. The chain and the index throw across
 * threads, so their errors are known by name, not by class.
 */
import { RpcError, rpcError } from './errors.ts'

type Translation = (error: Error) => RpcError

const translations: Readonly<Record<string, Translation>> = {
  MempoolError: ({ message }) => rpcError('refused', inGethWords(message)),
  DeadlineError: ({ message }) => rpcError('deadline', message),
  StateUnavailableError: ({ message }) => rpcError('stateUnavailable', message),
  BusyError: ({ message }) => rpcError('busy', message),
  ReplayError: ({ message }) => rpcError('application', message),
  TraceTooLargeError: ({ message }) => rpcError('application', message),
  TraceUnavailableError: ({ message }) => rpcError('application', message),
  EditError: ({ message }) => rpcError('invalidParams', message),
  UnsupportedActorError: ({ message }) => rpcError('application', message),
  TransactionError: ({ message }) => rpcError('refused', message),
  SharedStoreError: ({ message }) => rpcError('storeUnavailable', message),
  FencedError: ({ message }) => rpcError('storeUnavailable', message),
  NotIndexedError: ({ message }) => rpcError('notIndexed', message),
}

/** undefined: nobody foresaw this error, it is a bug. */
export function translateError(error: unknown): RpcError | undefined {
  if (error instanceof RpcError) return error
  return error instanceof Error && Object.hasOwn(translations, error.name)
    ? translations[error.name]!(error)
    : undefined
}

/**
 * Lotus's reason, and the words by which ethers, viem, Hardhat and MetaMask know the case, unless
 * the chain has said them already. First match wins. ethers: /insufficient funds/, /nonce/ and /too low/, /replacement transaction/ and
 * /underpriced/. viem: errors/node.ts.
 */
const gethWords: readonly (readonly [lotus: RegExp, geth: string])[] = [
  [/not enough funds/, 'insufficient funds for gas * price + value'],
  [/nonce too low/, 'nonce too low'],
  [/nonce gap/, 'nonce too high'],
  [/nonce already exists/, 'already known'],
  [/replace by fee/, 'replacement transaction underpriced'],
  [/less than 'GasPremium'/, 'max priority fee per gas higher than max fee per gas'],
  [/cost of storing a message|GasLimit.*(less|low)/, 'intrinsic gas too low'],
  [/GasLimit.*(greater|more|above|exceed)/, 'exceeds block gas limit'],
  [/fee cap too low|base fee/i, 'max fee per gas less than block base fee'],
  [/message too big/, 'oversized data'],
  [/signature/, 'invalid sender'],
  [/top-level sender/, 'sender not an eoa'],
  [/too many pending messages/, 'txpool is full'],
]

export function inGethWords(lotus: string): string {
  const words = gethWords.find(([pattern]) => pattern.test(lotus))?.[1]
  return words === undefined || lotus.includes(words) ? lotus : `${words}: ${lotus}`
}
