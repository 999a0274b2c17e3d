/** Limits of mainnet (FIP-0045). Sizes in bytes, terms in epochs. */

const DAY = 2_880n
/** A year of 365.2422 days in whole epochs of 30 seconds. */
const YEAR = 31_556_925n / 30n

export const MINIMUM_ALLOCATION_SIZE = 1n << 20n
export const MINIMUM_TERM = 180n * DAY
export const MAXIMUM_TERM = 5n * YEAR
/** How far ahead an allocation may expire. */
export const MAXIMUM_EXPIRATION = 60n * DAY
