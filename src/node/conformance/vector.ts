/**
 * Test vectors in the format of filecoin-project/test-vectors: what Lotus's `tvx extract` makes of
 * a message on a chain, the touched part of the state included.
 */
import { z } from 'zod'

/** A file that holds no vector. */
export class VectorError extends Error {
  override name = 'VectorError'
}

const base64 = z.string().transform((text) => new Uint8Array(Buffer.from(text, 'base64')))
const link = z.object({ '/': z.string() }).transform((link) => link['/'])
const stateTree = z.object({ root_cid: link })
const epoch = z.int().nonnegative()

const shape = z.object({
  class: z.string(),
  _meta: z.object({ id: z.string() }).partial().optional(),
  /** gzip */
  car: base64,
  randomness: z
    .array(z.object({ on: z.tuple([z.string(), epoch]).rest(z.unknown()), ret: base64 }))
    .nullish(),
  preconditions: z.object({
    variants: z.array(z.object({ id: z.string(), epoch, nv: z.int() })).min(1),
    state_tree: stateTree,
  }),
  apply_messages: z.array(z.object({ bytes: base64, epoch_offset: epoch.nullish() })).nullish(),
  postconditions: z.object({
    state_tree: stateTree,
    receipts: z
      .array(z.object({ exit_code: z.int(), return: base64, gas_used: z.int() }))
      .nullish(),
  }),
})

export type Vector = z.infer<typeof shape> & {
  /** attoFIL per gas unit. */
  readonly baseFee: bigint
  /** attoFIL */
  readonly circulatingSupply: bigint
}

/** What the reference runner takes for a base fee that a vector does not tell. */
const DEFAULT_BASE_FEE = 100n
/** And of circulating FIL: all that there will ever be. */
const DEFAULT_CIRCULATING_SUPPLY = 2_000_000_000n * 10n ** 18n

/** @throws VectorError */
export function parseVector(text: string): Vector {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (cause) {
    throw new VectorError('not JSON', { cause })
  }
  const parsed = shape.safeParse(json)
  if (!parsed.success) throw new VectorError(z.prettifyError(parsed.error).replaceAll('\n', ' '))
  return {
    ...parsed.data,
    baseFee: exactly('basefee', text) ?? DEFAULT_BASE_FEE,
    circulatingSupply: exactly('circ_supply', text) ?? DEFAULT_CIRCULATING_SUPPLY,
  }
}

/** A number that JSON.parse would round. */
function exactly(name: string, text: string): bigint | undefined {
  const digits = new RegExp(`"${name}":\\s*"?(\\d+)`).exec(text)?.[1]
  return digits === undefined ? undefined : BigInt(digits)
}
