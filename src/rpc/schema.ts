/**
 * Parameters: zod schemas that decode the wire's strings to bytes and numbers. What a schema
 * accepts, its JSON schema and the words of its error are one definition. More is accepted than
 * the Ethereum specification demands, exactly where Lotus accepts more (eth-rpc spec 2.1).
 */
import { z } from 'zod'
import { Address as FilecoinAddressBytes } from '../address/address.ts'
import { fromHex, padLeft } from '../base/bytes.ts'
import { CID } from '../ipld/cid.ts'

/** 128 KiB: twice the largest message, so that a too large one is refused by its own error. */
const MAX_DATA_DIGITS = 2 * 128 * 1024

/** A string of one form. `expected` completes the sentence "expected …". */
function text(id: string, expected: string, pattern: RegExp) {
  const error = `expected ${expected}`
  return z.string({ error }).regex(pattern, { error }).meta({ id, description: expected })
}

export const Address = text(
  'Address',
  'an Ethereum address, 0x and 40 hex digits',
  /^(0[xX])?[0-9a-fA-F]{40}$/,
).transform(fromHex)

export const Hash = text(
  'Hash',
  'a hash, 0x and 64 hex digits',
  /^(0[xX])?[0-9a-fA-F]{64}$/,
).transform(fromHex)

export const Data = z
  .string({ error: 'expected bytes, 0x and an even number of hex digits' })
  .max(MAX_DATA_DIGITS + 2, { error: `expected at most ${MAX_DATA_DIGITS / 2} bytes` })
  .regex(/^(0[xX]([0-9a-fA-F]{2})*|)$/, {
    error: 'expected bytes, 0x and an even number of hex digits',
  })
  .meta({ id: 'Data', description: 'bytes, 0x and an even number of hex digits' })
  .transform(fromHex)

/** Storage slots and words: shorter ones are padded on the left. */
export const Word = text(
  'Word',
  'a storage slot or word, 0x and up to 64 hex digits',
  /^0[xX][0-9a-fA-F]{1,64}$/,
).transform((hex) => padLeft(fromHex(hex.length % 2 === 0 ? hex : `0x0${hex.slice(2)}`), 32))

/** Hex digits or a JSON number, and whatever else `pattern` takes. */
function number(id: string, expected: string, pattern: RegExp) {
  const error = `expected ${expected}`
  return z
    .union([z.string({ error }).regex(pattern, { error }), z.int({ error }).min(0, { error })], {
      error,
    })
    .meta({ id, description: expected })
}

/** Amounts. A decimal string is refused: Lotus would read it as hex. */
export const Quantity = number(
  'Quantity',
  'a quantity, 0x and up to 64 hex digits',
  /^0[xX][0-9a-fA-F]{1,64}$/,
).transform(BigInt)

/** Numbers that count something: heights, indices, nonces, gas, seconds. Below 2^52. */
export const Uint = number(
  'Uint',
  'a number, 0x and hex digits or decimal',
  /^(0[xX]0{0,51}[0-9a-fA-F]{1,13}|[0-9]{1,15})$/,
).transform(Number)

/** Heights to look back, -1 for all. Decimal or hex, as Lotus takes every number. */
export const Lookback = z
  .union(
    [
      z.int().min(-1),
      z.literal('-1').transform(() => -1),
      z
        .string()
        .regex(/^(0[xX]0{0,51}[0-9a-fA-F]{1,13}|[0-9]{1,15})$/)
        .transform(Number),
    ],
    { error: 'expected a number of heights, or -1 for all' },
  )
  .meta({ id: 'Lookback', description: 'a number of heights, or -1 for all' })

export const blockTags = ['latest', 'pending', 'safe', 'finalized', 'earliest'] as const
export type BlockTag = (typeof blockTags)[number]

/** Which height a caller means, not yet looked up. */
export type HeightRef = { readonly tag: BlockTag } | { readonly number: number }

/** Which block a caller means, not yet looked up. */
export type BlockRef = HeightRef | { readonly hash: Uint8Array; readonly requireCanonical: boolean }

const Tag = z.enum(blockTags).transform((tag): HeightRef => ({ tag }))
const BlockHeight = Uint.transform((number): HeightRef => ({ number }))
const BlockHash = z
  .string()
  .regex(/^0[xX][0-9a-fA-F]{64}$/)
  .transform((hex): BlockRef => ({ hash: fromHex(hex), requireCanonical: false }))

/** EIP-1898. */
const BlockObject = z
  .object({
    blockNumber: Uint.optional(),
    blockHash: Hash.optional(),
    requireCanonical: z.boolean().optional(),
  })
  .refine((block) => block.blockNumber === undefined || block.blockHash === undefined, {
    error: 'cannot specify both blockNumber and blockHash',
  })
  .refine((block) => block.blockNumber !== undefined || block.blockHash !== undefined, {
    error: 'invalid block param: expected blockNumber or blockHash',
  })
  .transform(
    ({ blockNumber, blockHash, requireCanonical = false }): BlockRef =>
      blockHash === undefined ? { number: blockNumber! } : { hash: blockHash, requireCanonical },
  )

const aBlock = `a block: ${blockTags.join(', ')}, a number or a hash`

/** A block for reading state; also by hash and by EIP-1898 object. */
export const Block = z
  .union([Tag, BlockHash, BlockHeight, BlockObject], { error: `expected ${aBlock}` })
  .meta({ id: 'Block', description: aBlock })

export const latestByDefault = Block.prefault('latest')

/** A block by height only. */
export const BlockNumber = z
  .union([Tag, BlockHeight], { error: `expected ${blockTags.join(', ')} or a number` })
  .meta({ id: 'BlockNumber', description: `${blockTags.join(', ')} or a number` })

export const Bool = z.boolean({ error: 'expected true or false' })

const AccessList = z
  .array(z.object({ address: Address, storageKeys: z.array(Hash) }))
  .meta({ id: 'AccessList', description: 'EIP-2930 access list' })

/** A call, or a transaction that is not signed yet. null counts as absent. */
export const TransactionRequest = z
  .object(
    {
      from: Address.nullish(),
      to: Address.nullish(),
      gas: Uint.nullish(),
      gasPrice: Quantity.nullish(),
      maxFeePerGas: Quantity.nullish(),
      maxPriorityFeePerGas: Quantity.nullish(),
      value: Quantity.nullish(),
      nonce: Uint.nullish(),
      data: Data.nullish(),
      input: Data.nullish(),
      type: Uint.nullish(),
      chainId: Uint.nullish(),
      accessList: AccessList.nullish(),
    },
    { error: 'expected a transaction object' },
  )
  .meta({ id: 'TransactionRequest', description: 'a call or an unsigned transaction' })
export type TransactionRequest = z.output<typeof TransactionRequest>

/** `input` wins over `data` when it is there, even when it is empty. */
export function inputOf(request: TransactionRequest): Uint8Array {
  return request.input ?? request.data ?? new Uint8Array(0)
}

/** One or several; null: any will do. */
export const Alternatives = <T extends z.ZodType>(one: T) =>
  z.union([z.null().transform(() => []), one.transform((value) => [value]), z.array(one)], {
    error: 'expected null, one value or an array',
  })

/** null among the alternatives: any topic will do. */
const TopicAlternatives = z.union(
  [
    z.null().transform((): Uint8Array[] => []),
    Hash.transform((topic) => [topic]),
    z
      .array(Hash.nullable())
      .transform((topics) =>
        topics.includes(null) ? [] : topics.filter((topic) => topic !== null),
      ),
  ],
  { error: 'expected null, a topic or an array of topics' },
)

const Topics = z
  .array(TopicAlternatives, { error: 'expected an array of topics' })
  .refine((topics) => topics.length <= 4, {
    error: (issue) => `too many topics in filter: ${(issue.input as unknown[]).length}, max: 4`,
  })
  .nullish()
  .transform((topics) => topics ?? [])

const HexHeight = z
  .string()
  .regex(/^0[xX][0-9a-fA-F]{1,13}$/)
  .transform((hex): HeightRef => ({ number: Number(hex) }))

/** Decimal strings are refused here, as by Lotus. */
export function filterBound(name: string) {
  return z
    .union(
      [
        Tag,
        HexHeight,
        z
          .int()
          .min(0)
          .transform((number): HeightRef => ({ number })),
      ],
      {
        error: `${name} is not a hex: expected ${blockTags.join(', ')} or a number in hex`,
      },
    )
    .nullish()
    .transform((bound) => bound ?? undefined)
}

export const LogFilter = z
  .object(
    {
      fromBlock: filterBound('FromBlock'),
      toBlock: filterBound('ToBlock'),
      blockHash: Hash.nullish().transform((hash) => hash ?? undefined),
      address: Alternatives(Address)
        .optional()
        .transform((addresses) => addresses ?? []),
      topics: Topics,
    },
    { error: 'expected a filter object' },
  )
  .refine((filter) => !filter.blockHash || !(filter.fromBlock ?? filter.toBlock), {
    error: 'must not specify block hash and from/to block',
  })
  .meta({ id: 'LogFilter', description: 'a filter over logs' })
export type LogFilter = z.output<typeof LogFilter>

/** Of filters and subscriptions. */
export const FilterId = text(
  'FilterId',
  'a filter or subscription id, 0x and hex digits',
  /^0[xX][0-9a-fA-F]{1,64}$/,
).transform((id) => id.toLowerCase())

const REQUESTED_SLOTS = 1024

/** Slots by address, as the caller wrote it. */
export const StorageRequests = z
  .record(
    z.string().regex(/^(0[xX])?[0-9a-fA-F]{40}$/, {
      error: 'expected an Ethereum address, 0x and 40 hex digits',
    }),
    z.array(Word, { error: 'expected an array of storage slots' }),
    { error: 'expected an object of addresses and their slots' },
  )
  .meta({ id: 'StorageRequests', description: 'storage slots, by address' })
  .transform((requests) =>
    Object.entries(requests).map(([key, slots]) => ({ key, address: fromHex(key), slots })),
  )
  .refine((all) => all.reduce((sum, { slots }) => sum + slots.length, 0) <= REQUESTED_SLOTS, {
    error: `expected at most ${REQUESTED_SLOTS} storage slots`,
  })

export const FilecoinAddress = z
  .string({ error: 'expected a Filecoin address' })
  .max(138, { error: 'expected a Filecoin address' })
  .meta({ id: 'FilecoinAddress', description: 'a Filecoin address, f0… to f4…' })
  .transform((string, context) => {
    try {
      return FilecoinAddressBytes.parse(string)
    } catch (error) {
      context.addIssue(`expected a Filecoin address (${(error as Error).message})`)
      return z.NEVER
    }
  })

const CidText = z.string({ error: 'expected a CID' }).max(200, { error: 'expected a CID' })

/** Filecoin JSON writes `{"/": "b…"}`; the bare text is taken as well. */
export const Cid = z
  .union([CidText, z.object({ '/': CidText })], { error: 'expected a CID, {"/": "b…"}' })
  .meta({ id: 'Cid', description: 'a CID, {"/": "b…"}' })
  .transform((value, context) => {
    try {
      return CID.parse(typeof value === 'string' ? value : value['/'])
    } catch {
      context.addIssue('expected a CID, {"/": "b…"}')
      return z.NEVER
    }
  })
