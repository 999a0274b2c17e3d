/**
 * Every error that leaves on the wire, said once: kind, code, words, data. `docs/errors.md` is
 * printed from this table. Codes and texts are Lotus's where it has one (eth-rpc spec 7), geth's
 * where clients match on geth's.
 */

interface ErrorKind {
  readonly code: number
  /** The message, from the arguments with which the error is raised. */
  message(...details: never[]): string
  /** The `data` member, from the same arguments; absent: no such member. */
  data?(...details: never[]): unknown
  /** For the reader of the documentation: when it comes and what to do. */
  readonly docs: string
}

/** What makes a simulation impossible as a whole. */
function simulated<const C extends number>(code: C, why: string) {
  return {
    code,
    message: (detail: string) => detail,
    docs: `eth_simulateV1 refuses a call: ${why}. Nothing was simulated.`,
  }
}

export const errorKinds = {
  parse: {
    code: -32700,
    message: (why: string) => `parse error: ${why}`,
    docs: 'The body is not JSON, or not UTF-8.',
  },
  invalidRequest: {
    code: -32600,
    message: (why: string) => `invalid request: ${why}`,
    docs: 'JSON, but not a JSON-RPC 2.0 request; also an empty batch.',
  },
  bodyTooLarge: {
    code: -32600,
    message: (limit: number) => `request bigger than maximum ${limit} bytes allowed`,
    docs: 'The HTTP body is above the limit (HTTP status 413). Split the batch.',
  },
  tooComplex: {
    code: -32600,
    message: (what: string, limit: number) => `request has too many ${what}: at most ${limit}`,
    docs: 'The JSON is nested too deeply or has too many members to be an honest request.',
  },
  batchTooLarge: {
    code: -32600,
    message: (size: number, limit: number) =>
      `batch too large: ${size} requests, at most ${limit} are allowed`,
    docs: 'Send smaller batches; nothing of the batch was executed.',
  },
  forbidden: {
    code: -32600,
    message: (why: string) => why,
    docs: 'The Host or Origin header is not on the allow list (HTTP status 403).',
  },
  methodNotFound: {
    code: -32601,
    message: (name: string, nearest: string | undefined) =>
      `method '${name}' not found: the method ${name} does not exist/is not available${
        nearest === undefined ? '' : `, did you mean '${nearest}'?`
      }`,
    docs: 'No such method here. Dev methods exist on the dev chain only.',
  },
  unsupported: {
    code: -32004,
    message: (why: string) => `not supported: ${why}`,
    docs: 'The method is known, but what it asks for does not exist on Filecoin; the message says why.',
  },
  invalidParams: {
    code: -32602,
    message: (why: string) => why,
    docs: 'A parameter is missing or malformed; the message names it and says what was expected.',
  },
  internal: {
    code: -32603,
    message: (requestId: string) => `internal error (request ${requestId})`,
    docs: 'A bug or a broken disk. The log of the server has the details under the request id.',
  },
  application: {
    code: 1,
    message: (why: string) => why,
    docs: 'Any other refusal, with the reason as text; Lotus uses code 1 for all of these.',
  },
  refused: {
    code: 1,
    message: (why: string) => why,
    docs: 'The mempool refused the transaction. The text has the words of both geth and Lotus.',
  },
  outOfGas: {
    code: 2,
    message: (detail?: string) =>
      detail === undefined ? 'call ran out of gas' : `call ran out of gas: ${detail}`,
    docs: 'The call needs more gas than a whole block has.',
  },
  insufficientFunds: {
    code: 1,
    message: (detail: string) => `insufficient funds for gas * price + value: ${detail}`,
    docs: 'The sender of a call does not have the value that it sends. Not code 3, which clients take for a revert.',
  },
  reverted: {
    code: 3,
    message: (why: string, _data: string) => why,
    data: (_why: string, data: string) => data,
    docs: 'The call failed. The message begins with "execution reverted"; `data` is what the contract returned, empty if it did not revert by itself.',
  },
  notMined: {
    code: 4,
    message: (milliseconds: number, _hash: string) =>
      `the transaction was added to the pool but not mined within ${milliseconds} ms`,
    data: (_milliseconds: number, hash: string) => hash,
    docs: 'eth_sendRawTransactionSync has waited long enough; `data` is the hash, ask for the receipt later.',
  },
  actorNotFound: {
    code: 11,
    message: (detail?: string) =>
      detail === undefined ? 'actor not found' : `${detail}: actor not found`,
    docs: 'No actor at the Filecoin address.',
  },
  simulatedNonceTooLow: simulated(-38010, 'its nonce was used before'),
  simulatedNonceTooHigh: simulated(-38011, 'its nonce is not the next one'),
  simulatedFeeTooLow: simulated(-38012, 'its fee cap is below the base fee'),
  simulatedIntrinsicGas: simulated(-38013, 'its gas limit does not cover its own bytes'),
  simulatedFunds: simulated(-38014, 'its sender has too little'),
  simulatedBlockGas: simulated(-38015, 'the block has not so much gas left'),
  simulatedNumber: simulated(-38020, 'block numbers must increase'),
  simulatedTime: simulated(-38021, 'block times must not decrease'),
  nullRound: {
    code: 12,
    message: (epoch: number) => `requested epoch was a null round (${epoch})`,
    data: (epoch: number) => epoch,
    docs: 'No block was made at this height; `data` is the height. State methods answer from the block before it.',
  },
  filterNotFound: {
    code: -32000,
    message: () => 'filter not found',
    docs: 'The filter was removed, expired or never existed. Make a new one (viem does so by itself on this code).',
  },
  filterStoreUnavailable: {
    code: -32001,
    message: () => 'filter store unavailable',
    docs: 'Filters lie in the store that several servers share, and it does not answer. Try again later, or poll eth_getLogs.',
  },
  storeUnavailable: {
    code: -32001,
    message: (why: string) => why,
    docs: 'The store that several servers share, or their producer, does not answer. Reads go on; whether a transaction that was being sent has been taken is unknown: look for it, or send the same one again.',
  },
  stateUnavailable: {
    code: -32002,
    message: (why: string) => `required historical state unavailable: ${why}`,
    docs: 'The state of this block is not kept.',
  },
  deadline: {
    code: -32002,
    message: (why: string) => `request timed out: ${why}`,
    docs: 'The request ran longer than the server allows and was stopped.',
  },
  responseTooLarge: {
    code: -32003,
    message: (limit: number) => `response too large: the batch's answers exceed ${limit} bytes`,
    docs: 'The remaining answers of the batch were left out. Send smaller batches.',
  },
  blockRange: {
    code: -32005,
    message: (limit: number, span: number, _from: string, _to: string) =>
      `block range exceeds maximum of ${limit} (got ${span})`,
    data: (_limit: number, _span: number, from: string, to: string) => ({ from, to }),
    docs: 'The log query spans too many heights; `data` is a range that is allowed.',
  },
  tooManyLogs: {
    code: -32005,
    message: (limit: number, from: string, to: string) =>
      `filter matches too many events, try a more restricted filter: query returned more than ${limit} results. Try with this block range [${from}, ${to}]`,
    data: (_limit: number, from: string, to: string) => ({ from, to }),
    docs: 'The log query has too many results; `data` is a range to try instead.',
  },
  busy: {
    code: -32005,
    message: (why: string) => `server busy: ${why}`,
    docs: 'Too many calls are waiting. Try again a little later.',
  },
  notIndexed: {
    code: -32011,
    message: (why: string) => `range not indexed: ${why}`,
    docs: 'Part of the range has not been indexed yet. An empty list would be a lie.',
  },
} as const satisfies Record<string, ErrorKind>

export type ErrorKindName = keyof typeof errorKinds

type Details<K extends ErrorKindName> = Parameters<(typeof errorKinds)[K]['message']>

export class RpcError extends Error {
  override name = 'RpcError'
  readonly kind: ErrorKindName
  readonly code: number
  readonly data: unknown

  constructor(kind: ErrorKindName, message: string, data: unknown) {
    super(message)
    this.kind = kind
    this.code = errorKinds[kind].code
    this.data = data
  }
}

/** The error of a kind, from the details that its row of the table asks for. */
export function rpcError<K extends ErrorKindName>(kind: K, ...details: Details<K>): RpcError {
  const row: ErrorKind = errorKinds[kind]
  return new RpcError(
    kind,
    row.message(...(details as never[])),
    row.data?.(...(details as never[])),
  )
}

/** The `error` member of a response. */
export function errorObject(error: RpcError): { code: number; message: string; data?: unknown } {
  const { code, message, data } = error
  return data === undefined ? { code, message } : { code, message, data }
}
