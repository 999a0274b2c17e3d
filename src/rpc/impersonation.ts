/** Accounts whose transactions are taken without a signature. */
import { type EthAddress, ethKey } from '../address/eth-address.ts'

export class Impersonation {
  readonly #accounts = new Set<string>()
  /** Everybody is impersonated (anvil_autoImpersonateAccount). */
  everybody = false

  start(address: EthAddress): void {
    this.#accounts.add(ethKey(address))
  }

  /** @returns whether it was impersonated */
  stop(address: EthAddress): boolean {
    return this.#accounts.delete(ethKey(address))
  }

  has(address: EthAddress): boolean {
    return this.everybody || this.#accounts.has(ethKey(address))
  }

  clear(): void {
    this.#accounts.clear()
    this.everybody = false
  }
}
