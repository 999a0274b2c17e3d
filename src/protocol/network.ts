/** Constants of the network that everybody must agree on (network version 28). */

export const NETWORK_VERSION = 28

/** Gas that one block may promise; also the highest gas limit of a message. */
export const BLOCK_GAS_LIMIT = 10_000_000_000
export const MINIMUM_BASE_FEE = 100n
export const GENESIS_BASE_FEE = 100_000_000n
export const EPOCH_SECONDS = 30
/** Epochs after which a tipset is final without any finality gadget. */
export const FINALITY = 900
/** Distance of the `safe` tag from the head. */
export const SAFE_DISTANCE = 200
export const MAX_MESSAGES_PER_BLOCK = 10_000
/** 2 billion FIL. */
export const TOTAL_FILECOIN = 2_000_000_000n * 10n ** 18n

export const ChainId = { MAINNET: 314, CALIBRATION: 314_159, DEVNET: 31_415_926 } as const
