/** Rows of the chain's own: what it needs to go on after a restart. */
import {
  bigint,
  bool,
  int,
  link,
  list,
  nullable,
  type TypeOf,
  text,
  tuple,
  uint,
} from '../ipld/codec.ts'

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

/** Meta row that says with which bundle of actors the chain was made; none: the native ones. */
export const ACTORS = 'actors'

export const chainActors = tuple({
  root: link,
  /** For people: file, version, network. */
  name: text,
})

/** Meta row of the code that users have installed. */
export const USER_CODE = 'user-code'

export const userCode = list(
  tuple({
    code: link,
    /** Of the head at the time: later tipsets may make actors of it. */
    epoch: uint,
  }),
)
export type UserCode = TypeOf<typeof userCode>
