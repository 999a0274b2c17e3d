/** Random transactions of the three kinds, and keys to sign them with. */
import fc from 'fast-check'
import { to0x } from '../../src/base/bytes.ts'
import type { EthTransaction } from '../../src/eth/transaction.ts'

export interface Request {
  readonly kind: EthTransaction['kind']
  readonly chainId: number
  readonly nonce: number
  readonly maxFeePerGas: bigint
  readonly maxPriorityFeePerGas: bigint
  readonly gas: number
  readonly to: `0x${string}` | null
  readonly value: bigint
  readonly input: `0x${string}`
}

const amount = fc.oneof(fc.constant(0n), fc.bigInt({ min: 0n, max: 2n ** 100n }))
const bytes = (minLength: number, maxLength: number) =>
  fc.uint8Array({ minLength, maxLength }).map(to0x)
const maskedId = fc.nat().map((id): `0x${string}` => `0xff${id.toString(16).padStart(38, '0')}`)

export const requests: fc.Arbitrary<Request> = fc
  .record({
    kind: fc.constantFrom('homestead', 'eip155', 'eip1559'),
    chainId: fc.constantFrom(314, 314_159, 31_415_926),
    nonce: fc.oneof(fc.constant(0), fc.maxSafeNat()),
    tip: amount,
    base: amount,
    gas: fc.oneof(fc.nat(200), fc.maxSafeNat()),
    to: fc.oneof(fc.constant(null), maskedId, bytes(20, 20)),
    value: amount,
    input: fc.oneof(bytes(0, 3), bytes(50, 300)),
  })
  .map(({ tip, base, ...rest }) => {
    const fee = tip + base
    const isLegacy = rest.kind !== 'eip1559'
    return { ...rest, maxFeePerGas: fee, maxPriorityFeePerGas: isLegacy ? fee : tip }
  })

/** 32 bytes that are a private key of secp256k1. */
export const privateKeys = bytes(32, 32).filter(
  (key) => BigInt(key) > 0n && BigInt(key) < 2n ** 255n,
)
