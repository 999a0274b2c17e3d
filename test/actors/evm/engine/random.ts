/** A seeded generator (xorshift32), so that a failure can be repeated. */
export class Random {
  #state: number

  constructor(seed: number) {
    this.#state = seed | 0 || 1
    for (let i = 0; i < 8; i++) this.#next()
  }

  /** An integer from 0 to `bound` - 1. */
  below(bound: number): number {
    return Math.floor((this.#next() / 2 ** 32) * bound)
  }

  chance(probability: number): boolean {
    return this.#next() / 2 ** 32 < probability
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.below(256))
  }

  /** A 256-bit word; small, sparse, dense and special ones are all common. */
  word(): bigint {
    switch (this.below(6)) {
      case 0:
        return this.pick(edges)
      case 1:
        return BigInt(this.below(260))
      case 2: // any length
        return this.#bits(1 + this.below(256))
      case 3: // near a power of two
        return ((1n << BigInt(this.below(257))) + BigInt(this.below(5) - 2)) & MAX
      case 4: // limbs of ones and zeros, where carries and borrows happen
        return [0, 1, 2, 3].reduce((word) => (word << 64n) | this.pick(limbs), 0n)
      default:
        return this.#bits(256)
    }
  }

  #bits(count: number): bigint {
    let word = 0n
    for (let i = 0; i < count; i += 32) word = (word << 32n) | BigInt(this.#next())
    return word & ((1n << BigInt(count)) - 1n)
  }

  #next(): number {
    let x = this.#state
    x ^= x << 13
    x ^= x >>> 17
    x ^= x << 5
    this.#state = x
    return x >>> 0
  }
}

export const MAX = (1n << 256n) - 1n
const limbs = [0n, 1n, 0xffff_ffff_ffff_ffffn, 0x8000_0000_0000_0000n, 0xffff_ffff_0000_0000n]

export const edges: readonly bigint[] = [
  0n,
  1n,
  2n,
  31n,
  32n,
  255n,
  256n,
  (1n << 32n) - 1n,
  1n << 32n,
  (1n << 64n) - 1n,
  1n << 64n,
  (1n << 128n) - 1n,
  1n << 128n,
  (1n << 192n) + 1n,
  (1n << 255n) - 1n,
  1n << 255n,
  (1n << 255n) + 1n,
  MAX - 1n,
  MAX,
]
