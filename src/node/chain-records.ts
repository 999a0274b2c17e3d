/** Rows of the chain's own: what it needs to go on after a restart. */
import { bigint, bool, int, nullable, type TypeOf, tuple, uint } from '../ipld/codec.ts'

/** Meta row under which the settings stand. */
export const SETTINGS = 'chain'

/** Meta row that only chains with Ethereum's gas have: their gas scale. */
export const GAS_SCALE = 'gas-scale'
export const gasScaleCodec = uint

export const chainSettings = tuple({
  chainId: uint,
  /** Seconds that the chain's clock is ahead of the wall clock. */
  clockOffset: int,
  automine: bool,
  /** Of the next tipset, once. */
  nextBaseFee: nullable(bigint),
})
export type ChainSettings = TypeOf<typeof chainSettings>
