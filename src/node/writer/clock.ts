/** Longer than any contract waits, and far from where numbers are no longer exact. */
const LATEST = 2 ** 52

/** The chain's clock: the wall clock, moved on demand, never back. All in Unix seconds. */
export class ChainClock {
  readonly #wall: () => number
  #offset: number
  #next: number | undefined

  /** @param wall milliseconds since 1970 */
  constructor(wall: () => number, offset: number) {
    this.#wall = wall
    this.#offset = offset
  }

  get offset(): number {
    return this.#offset
  }

  set offset(seconds: number) {
    this.#offset = seconds
    this.#next = undefined
  }

  /** Timestamp of a tipset that would be mined now on a parent with this one. */
  peek(parent: number): number {
    return this.#next ?? Math.max(parent, this.#now() + this.#offset)
  }

  /** The same of one that is mined. */
  tick(parent: number): number {
    const timestamp = this.peek(parent)
    if (this.#next !== undefined) {
      this.#next = undefined
      // from here on, time goes on from there
      this.#offset = timestamp - this.#now()
    }
    return timestamp
  }

  /** Whether the next tipset's time has been set. */
  get isSet(): boolean {
    return this.#next !== undefined
  }

  /**
   * It is so late now.
   * @returns the new offset. @throws RangeError when there is no such time
   */
  set(timestamp: number): number {
    checkTime(timestamp)
    this.offset = timestamp - this.#now()
    return this.#offset
  }

  /** @throws RangeError when there is no such time */
  increase(seconds: number): number {
    checkTime(this.#now() + this.#offset + seconds)
    this.#offset += seconds
    return this.#offset
  }

  /** @throws RangeError unless it is later than the parent's */
  setNext(timestamp: number, parent: number): void {
    checkTime(timestamp)
    if (timestamp <= parent) {
      throw new RangeError(
        `timestamp ${timestamp} is not later than that of the last block, ${parent}`,
      )
    }
    this.#next = timestamp
  }

  /**
   * Timestamp of a tipset so long after its parent, whatever the time is; it goes on from there.
   * @throws RangeError when there is no such time
   */
  tickAfter(parent: number, seconds: number): number {
    const timestamp = parent + seconds
    checkTime(timestamp)
    this.#offset = Math.max(this.#offset, timestamp - this.#now())
    return timestamp
  }

  #now(): number {
    return Math.floor(this.#wall() / 1_000)
  }
}

function checkTime(timestamp: number): void {
  if (timestamp <= LATEST) return
  throw new RangeError(`timestamp ${timestamp} is too late, the last one is ${LATEST}`)
}
