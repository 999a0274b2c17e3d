/**
 * Gas on Ethereum's scale, for chains of one's own that run test suites written for Ethereum. With
 * a scale above 1 one unit of the gas that people see (limits, gas used, GAS, the gas of a CALL)
 * stands for that many of Filecoin's; what is executed and what it really takes stay the same. On
 * a network the scale is 1.
 */
import { BLOCK_GAS_LIMIT } from '../../protocol/network.ts'

/**
 * Filecoin gas for one gas of Ethereum. The dearest ratio decides: code that Ethereum runs with
 * little gas (30,000 for a call that asks supportsInterface) must not run out.
 */
export const ETHEREUM_GAS_SCALE = 1_000

/** What the smallest transaction takes on Ethereum. */
export const ETHEREUM_TRANSACTION_GAS = 21_000

/** Filecoin gas that a message may use. */
export function grantedGas(gasLimit: number, scale: number): number {
  return scale === 1 ? gasLimit : Math.min(gasLimit * scale, BLOCK_GAS_LIMIT)
}

/** Gas used as people see it, of what a transaction took. @param gasLimit as they see it */
export function shownGas(gasUsed: number, scale: number, gasLimit = Infinity): number {
  if (scale === 1) return gasUsed
  return Math.min(gasLimit, Math.max(ETHEREUM_TRANSACTION_GAS, Math.ceil(gasUsed / scale)))
}
