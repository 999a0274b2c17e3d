import assert from 'node:assert/strict'
import { GetStorageAt } from '../../../src/actors/evm/methods.ts'
import { getStorageAtParams } from '../../../src/actors/evm/state.ts'
import { Address as FilecoinAddress } from '../../../src/address/address.ts'
import { fromFilecoin } from '../../../src/address/eth-address.ts'
import { fromHex, to0x, toBigInt, utf8 } from '../../../src/base/bytes.ts'
import { keccak256 } from '../../../src/base/hash.ts'
import { EMPTY_BLOOM, FULL_BLOOM, logsBloom, unionOfBlooms } from '../../../src/eth/bloom.ts'
import { rewardsAt } from '../../../src/eth/fee-history.ts'
import { cidOfHash, hashOfCid } from '../../../src/eth/hash.ts'
import { blockJson, pendingTransactionJson } from '../../../src/eth/json.ts'
import { logJson } from '../../../src/eth/log-json.ts'
import { matchesLog } from '../../../src/eth/log-pattern.ts'
import { isTooManyLogs, logRange } from '../../../src/eth/log-range.ts'
import { logContent } from '../../../src/eth/logs.ts'
import { medianPremium } from '../../../src/eth/premium.ts'
import { toQuantity } from '../../../src/eth/quantity.ts'
import type { TransactionRecord } from '../../../src/eth/records.ts'
import { describeFailure, failureMessage, revertReason } from '../../../src/eth/revert-reason.ts'
import { CID, Codec } from '../../../src/ipld/cid.ts'
import { link } from '../../../src/ipld/codec.ts'
import { RpcError, rpcError } from '../../../src/rpc/errors.ts'
import { defaultLimits } from '../../../src/rpc/limits.ts'
import { checkSpan, rangeOf } from '../../../src/rpc/log-search.ts'
import { FilecoinAddressToEthAddress } from '../../../src/rpc/methods/filecoin/address.ts'
import {
  Address,
  Block,
  inputOf,
  LogFilter,
  Quantity,
  TransactionRequest,
  Uint,
} from '../../../src/rpc/schema.ts'
import { aBlock, aTransaction } from './records.ts'
import { type Check, refuses, type Vector } from './vector.ts'

/** What our methods throw in the situations of the reference implementations' named errors. */
const namedErrors: Readonly<Record<string, (input: Vector['input']) => RpcError>> = {
  null_round: ({ epoch }) => rpcError('nullRound', epoch),
  block_range: ({ max, given }) =>
    thrown(() => checkSpan({ from: 0, to: given }, { ...defaultLimits, logRange: max })),
  events_not_yet_available: () =>
    thrown(() => rangeOf(LogFilter.parse(FUTURE), HEAD, defaultLimits)),
}
/** The head is at epoch 10. */
const FUTURE = { fromBlock: '0xb', toBlock: '0xb' }
const HEAD = { head: () => aBlock }

function thrown(run: () => unknown): RpcError {
  try {
    run()
  } catch (error) {
    if (error instanceof RpcError) return error
    throw error
  }
  throw new Error('nothing was refused')
}

export const ethChecks: Readonly<Record<string, Check>> = {
  eth_hash_to_cid({ input, expected }) {
    const cid = cidOfHash(fromHex(input.hash))
    assert.equal(cid.toString(), expected.cid)
    assert.equal(to0x(cid.bytes), expected.cidBytes)
    assert.equal(to0x(hashOfCid(cid)), input.hash)
  },
  cid_to_eth_hash_reject({ input, expected }) {
    refuses(() => hashOfCid(CID.parse(input.cid)), expected.errorContains)
  },

  quantity_encode({ input, expected }) {
    assert.equal(toQuantity(input), expected)
    assert.equal(toQuantity(BigInt(input)), expected)
  },
  quantity_decode_lenient({ input, expected }) {
    assert.equal(Uint.parse(input), expected)
  },
  bigint_decode({ input, expected }) {
    assert.equal(Quantity.parse(input), BigInt(expected))
  },
  address_json_roundtrip({ input, expected }) {
    assert.equal(to0x(Address.parse(input)), expected)
  },
  eth_call_data_field({ input, expected }) {
    assert.equal(to0x(inputOf(TransactionRequest.parse(input))), expected.data)
  },
  block_number_or_hash({ input, expected }) {
    const parse = () => Block.parse(input)
    if (expected.error || expected.errorContains) refuses(parse, expected.errorContains)
    else assert.deepEqual(parse(), expected)
  },
  filter_spec_json({ input, expected }) {
    const filter = LogFilter.parse(input)
    if (expected.toBlock) assert.deepEqual(filter.toBlock, { tag: expected.toBlock })
    if (expected.blockHash) assert.equal(to0x(filter.blockHash!), expected.blockHash)
    assert.deepEqual(filter.address.map(to0x), expected.address ?? [])
    const topics = (expected.topics ?? []).map((position: string[] | null) => position ?? [])
    assert.deepEqual(
      filter.topics.map((position) => position.map(to0x)),
      topics,
    )
  },
  address_list_json({ input, expected }) {
    assert.deepEqual(LogFilter.parse({ address: input }).address.map(to0x), expected ?? [])
  },
  topics_to_keys({ input, expected }) {
    const parse = () => LogFilter.parse(input).topics
    if (expected.errorContains) return refuses(parse, expected.errorContains)
    const named = parse().map((wanted, index) => [`t${index + 1}`, wanted.map(to0x)] as const)
    const keys = named.filter(([, wanted]) => wanted.length > 0)
    assert.deepEqual(Object.fromEntries(keys), expected)
  },
  log_block_hex({ input, expected }) {
    const parse = () => LogFilter.parse({ fromBlock: input }).fromBlock
    if (expected.error) refuses(parse)
    else assert.deepEqual(parse(), { number: expected })
  },
  named_error({ input, expected }) {
    const { code, message, data } = namedErrors[input.error as string]!(input)
    assert.equal(code, expected.code ?? 1)
    assert.ok(message.includes(expected.message), message)
    if (expected.data !== undefined) assert.equal(data, expected.data)
  },
  filecoin_address_to_eth_address_params({ input, expected }) {
    const { parameters } = FilecoinAddressToEthAddress
    if (expected.errorContains) return assert.ok(input.length > parameters.length)
    const [address, block] = parameters.map(({ schema }, i) => schema.parse(input[i]))
    assert.ok((address as FilecoinAddress).equals(FilecoinAddress.parse(expected.address)))
    assert.deepEqual(block, { tag: expected.block ?? 'finalized' })
  },
  get_storage_at_params({ input, expected }) {
    const { key } = getStorageAtParams.decode(fromHex(expected.paramsHex))
    assert.equal(toBigInt(key), BigInt(input.positionHex))
    assert.equal(GetStorageAt, BigInt(expected.method))
  },
  get_bytecode_return({ input, expected }) {
    assert.equal(link.decode(fromHex(input.returnHex)).toString(), expected.cid)
  },
  log_block_range({ input, expected }) {
    const { heaviest, fromBlock, toBlock, maxRange } = input
    const resolve = () => {
      const filter = LogFilter.parse({ fromBlock, toBlock })
      const epochs = { latest: heaviest, safe: heaviest, finalized: heaviest }
      const range = logRange(filter.fromBlock, filter.toBlock, epochs)
      const span = range.to - range.from
      if (span <= maxRange) return range
      throw new RangeError(`block range exceeds maximum of ${maxRange} (got ${span})`)
    }
    if (expected.error || expected.errorContains) return refuses(resolve, expected.errorContains)
    // the vectors write -1 for what is latest when the query runs
    const to = expected.max === -1 ? heaviest : expected.max
    assert.deepEqual(resolve(), { from: expected.min, to })
  },
  filter_result_cap({ input, expected }) {
    const { total, tipsetsContributing, maxResults } = input
    assert.equal(isTooManyLogs(total, tipsetsContributing, maxResults), !expected.ok)
  },

  event_to_log({ input, expected }) {
    const content = logContent(entriesOf(input))
    if (expected.dropped) return assert.equal(content, undefined)
    assert.equal(to0x(content!.data), expected.data)
    assert.deepEqual(content!.topics.map(to0x), expected.topics)
  },
  event_filter_match: checkEventFilter,
  event_matrix_signature({ input, expected }) {
    assert.equal(to0x(keccak256(utf8(input.event))), expected.topic0)
    assert.equal(to0x(keccak256(utf8(input.call)).subarray(0, 4)), expected.selector)
  },
  logs_bloom({ input, expected }) {
    if (input.logs === 'not indexed') return assert.equal(to0x(FULL_BLOOM), expected.bloom)
    const logs = (input.logs as { address: string | null; topics: string[] }[]).map((log) => ({
      // without an address: the vector has the topics' bits only
      address: fromHex(log.address ?? log.topics[0]!),
      topics: log.topics.map(fromHex),
    }))
    assert.equal(to0x(logsBloom(logs)), expected.bloom)
    const each = logs.map((log) => logsBloom([log]))
    assert.equal(to0x(unionOfBlooms([EMPTY_BLOOM, ...each])), expected.bloom)
  },
  log_json({ input, expected }) {
    const row = {
      log: {
        address: fromHex(input.address),
        topics: input.topics.map(fromHex),
        data: fromHex(input.data),
        logIndex: input.logIndex,
      },
      blockHash: fromHex(input.blockHash),
      epoch: input.blockNumber,
      transactionHash: fromHex(input.transactionHash),
      transactionIndex: input.transactionIndex,
    }
    assert.deepEqual(logJson(row, input.removed), expected)
  },

  revert_reason({ input, expected }) {
    assert.equal(revertReason(fromHex(input.dataHex)), expected.reason)
  },
  execution_reverted_error({ input, expected }) {
    const { exitCode, vmError, returnDataHex } = input
    if (returnDataHex === undefined) {
      // Forest says where it failed; the rest is as everywhere
      const message = failureMessage(exitCode, input.reason, vmError)
      return assert.ok(expected.message.endsWith(message))
    }
    const failure = describeFailure(exitCode, fromHex(returnDataHex), vmError)
    assert.equal(failure.message, expected.message)
    assert.equal(to0x(failure.data), expected.data)
  },

  fee_history_rewards({ input, expected }) {
    const txs: { gasUsed: number; effectivePremium: number }[] = input.txs
    const paid = txs.map(({ gasUsed, effectivePremium }) => ({
      gasUsed,
      premium: BigInt(effectivePremium),
    }))
    assert.deepEqual(rewardsAt(input.percentiles, paid).map(toQuantity), expected.rewards)
  },
  gas_premium_median({ input, expected }) {
    const items: { premium: number; gasLimit: number }[] = input.items
    const weighted = items.map(({ premium, gasLimit }) => ({ premium: BigInt(premium), gasLimit }))
    assert.equal(medianPremium(weighted, input.blocks), BigInt(expected))
  },

  block_transactions_root({ input, expected }) {
    const json = blockJson(aBlock, input.hasTransactions ? [to0x(aTransaction.hash)] : [])
    assert.equal(json.transactionsRoot, expected)
  },
  tx_access_list_json({ input, expected }) {
    const kind: TransactionRecord['kind'] = input.kind === 'legacy' ? 'eip155' : 'eip1559'
    const { accessList } = pendingTransactionJson({ ...aTransaction, kind })
    if (expected === 'field omitted') assert.equal(accessList, undefined)
    else assert.deepEqual(accessList, [])
  },
  tx_to_json({ input }) {
    const json = pendingTransactionJson({ ...aTransaction, to: input.to })
    assert.ok(JSON.stringify(json).includes('"to":null'))
  },
}

interface EntryJson {
  readonly flags: number
  readonly key: string
  readonly codec: number
  readonly value: string
}

function entriesOf({ entries }: { entries: EntryJson[] }) {
  return entries.map((entry) => ({ ...entry, value: fromHex(entry.value) }))
}

/**
 * The vectors are about filters over the events of any actor. As far as they can be said of logs,
 * ours must agree; a value of another codec than raw is in no log.
 */
function checkEventFilter({ input, expected }: Vector): void {
  const { event, filter } = input
  const topics: Uint8Array[][] = [[], [], [], []]
  for (const [key, values] of Object.entries<EntryJson[]>(filter.keys ?? {})) {
    topics[Number(key.slice(1)) - 1] = values.map(({ codec, value }) =>
      codec === Codec.RAW ? fromHex(value) : new Uint8Array(0),
    )
  }
  const ethAddress = (text: string) => fromFilecoin(FilecoinAddress.parse(text))!
  const pattern = { addresses: (filter.addresses ?? []).map(ethAddress), topics }
  const log = { address: ethAddress(event.emitter), ...logContent(entriesOf(event))! }
  assert.equal(matchesLog(pattern, log), expected)
}
