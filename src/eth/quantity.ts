/** The JSON form of numbers: `0x` hex without leading zeros. */

export type Hex = `0x${string}`

export function toQuantity(value: number | bigint): Hex {
  return `0x${value.toString(16)}`
}
