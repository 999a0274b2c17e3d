/**
 * Makes reads monotonic for a client that goes from one process to another: before a call is
 * answered, the store has every commit that the shared log had when the call came in. All calls that
 * come at once cost one small command. When the shared store is away, reads go on from what is here.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Rows } from '../../ipld/level-table.ts'
import { readApplied } from '../../shared/applied.ts'
import type { SharedLog } from '../../shared/shared-log.ts'

/** For how long a failing store is not asked again. */
const BREAK = 250

export interface BarrierOptions {
  readonly log: SharedLog
  readonly rows: Rows
  /** Milliseconds that a call waits for a commit to arrive. */
  readonly patience: number
  /** Makes what is in the store visible. */
  readonly show: () => void
  /** Fetch what is missing. */
  readonly hurry: () => void
}

export class ReadBarrier {
  readonly #options: BarrierOptions
  #visible = 0
  #brokenUntil = 0

  constructor(options: BarrierOptions) {
    this.#options = options
  }

  /** Whether the last look at the shared log failed, or this store was too late for it. */
  get isDegraded(): boolean {
    return performance.now() < this.#brokenUntil
  }

  async pass(): Promise<void> {
    if (this.isDegraded) return
    const { log, patience, hurry } = this.#options
    let wanted: number
    try {
      wanted = await log.sequence()
    } catch {
      this.#brokenUntil = performance.now() + BREAK
      return
    }
    if (this.#has(wanted)) return
    const end = performance.now() + patience
    hurry()
    while (!this.#has(wanted)) {
      if (performance.now() > end) {
        this.#brokenUntil = performance.now() + BREAK
        return
      }
      await sleep(1)
    }
  }

  #has(wanted: number): boolean {
    if (this.#visible >= wanted) return true
    const applied = readApplied(this.#options.rows)?.sequence ?? 0
    if (applied < wanted) return false
    this.#options.show()
    this.#visible = applied
    return true
  }
}
