/** State and block overrides of calls, in the form of geth. */
import { z } from 'zod'
import { toFilecoin } from '../address/eth-address.ts'
import { fromHex } from '../base/bytes.ts'
import type { AccountOverride, BlockOverrides, Overrides, Slots } from '../chain/overrides.ts'
import { BLOCK_GAS_LIMIT } from '../protocol/network.ts'
import { Data, Quantity, Uint, Word } from './schema.ts'

/** Refuses a field that has no meaning on Filecoin, unless it says what is the case anyway. */
function refused(reason: string, allowed: (value: unknown) => boolean = () => false) {
  return z
    .unknown()
    .refine((value) => value === undefined || value === null || allowed(value), { error: reason })
    .optional()
    .meta({ description: `refused: ${reason}` })
}

const SlotKey = z.string().regex(/^0[xX][0-9a-fA-F]{1,64}$/, {
  error: 'expected a storage slot, 0x and up to 64 hex digits',
})

const Storage = z
  .record(SlotKey, Word, { error: 'expected an object of storage slots' })
  .transform(
    (slots): Slots => Object.entries(slots).map(([slot, value]) => [Word.parse(slot), value]),
  )

const AccountFields = z
  .object(
    {
      balance: Quantity.nullish(),
      nonce: Uint.nullish(),
      code: Data.nullish(),
      state: Storage.nullish(),
      stateDiff: Storage.nullish(),
      movePrecompileToAddress: refused(
        'precompiles cannot be moved: on Filecoin they are part of the EVM actor',
      ),
    },
    { error: 'expected an object of overrides' },
  )
  .refine(({ state, stateDiff }) => !state || !stateDiff, {
    error: 'account has both state and stateDiff',
  })

const OverriddenAddress = z.string().regex(/^(0[xX])?[0-9a-fA-F]{40}$/, {
  error: 'expected an Ethereum address, 0x and 40 hex digits',
})

export const StateOverrides = z
  .record(OverriddenAddress, AccountFields, { error: 'expected an object of accounts' })
  .meta({
    id: 'StateOverrides',
    description:
      'by address: balance, nonce, code, and state (all slots) or stateDiff (some slots)',
  })
  .transform((accounts): readonly AccountOverride[] =>
    Object.entries(accounts).map(([address, fields]) => accountOverride(address, fields)),
  )

function accountOverride(
  address: string,
  { balance, nonce, code, state, stateDiff }: z.output<typeof AccountFields>,
): AccountOverride {
  return {
    address: toFilecoin(fromHex(address)),
    ...(balance != null && { balance }),
    ...(nonce != null && { nonce: BigInt(nonce) }),
    ...(code != null && { code }),
    ...(state != null && { state }),
    ...(stateDiff != null && { stateDiff }),
  }
}

const isZero = (value: unknown) => typeof value === 'string' && /^0x0*$/.test(value)
const isBlockGasLimit = (value: unknown) =>
  (typeof value === 'string' || typeof value === 'number') && Number(value) === BLOCK_GAS_LIMIT

export const BlockOverridesSchema = z
  .object(
    {
      number: Uint.nullish(),
      time: Uint.nullish(),
      baseFeePerGas: Quantity.nullish(),
      /** As geth called it first. */
      baseFee: Quantity.nullish(),
      gasLimit: refused(`the gas limit of a block is ${BLOCK_GAS_LIMIT}`, isBlockGasLimit),
      feeRecipient: refused('contracts see the zero address as COINBASE', isZero),
      coinbase: refused('contracts see the zero address as COINBASE', isZero),
      prevRandao: refused('PREVRANDAO is drawn from the beacon entry of the epoch'),
      random: refused('PREVRANDAO is drawn from the beacon entry of the epoch'),
      difficulty: refused('there is no difficulty, PREVRANDAO has its place', isZero),
      blobBaseFee: refused('there are no blobs'),
      beaconRoot: refused('there is no beacon root'),
      withdrawals: refused(
        'there are no withdrawals',
        (value) => Array.isArray(value) && value.length === 0,
      ),
    },
    { error: 'expected an object of block overrides' },
  )
  .meta({
    id: 'BlockOverrides',
    description: 'number, time (Unix seconds) and baseFeePerGas as contracts see them',
  })
  .transform(
    ({ number, time, baseFeePerGas, baseFee }): BlockOverrides => ({
      ...(number != null && { epoch: number }),
      ...(time != null && { timestamp: time }),
      ...((baseFeePerGas ?? baseFee) != null && { baseFee: (baseFeePerGas ?? baseFee)! }),
    }),
  )

/** undefined: nothing is overridden. */
export function overridesOf(
  accounts: readonly AccountOverride[] | null | undefined,
  block: BlockOverrides | null | undefined,
): Overrides | undefined {
  if (accounts == null && block == null) return undefined
  return { accounts: accounts ?? [], block: block ?? {} }
}

/** As trailing parameters. */
export const overrideParams = {
  stateOverrides: StateOverrides.optional(),
  blockOverrides: BlockOverridesSchema.optional(),
}
