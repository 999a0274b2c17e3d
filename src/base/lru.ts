/**
 * A map that forgets what was used longest ago once the sum of its entries' sizes passes a bound.
 * Sizes are in any unit the owner likes; bytes or entries.
 */
export class Lru<K, V> {
  readonly #entries = new Map<K, { value: V; size: number }>()
  readonly #capacity: number
  #size = 0

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  get(key: K): V | undefined {
    const entry = this.#entries.get(key)
    if (entry === undefined) return undefined
    // a Map iterates in insertion order, so moving to the end marks it as used last
    this.#entries.delete(key)
    this.#entries.set(key, entry)
    return entry.value
  }

  has(key: K): boolean {
    return this.#entries.has(key)
  }

  set(key: K, value: V, size = 1): void {
    this.delete(key)
    if (size > this.#capacity) return
    this.#entries.set(key, { value, size })
    this.#size += size
    while (this.#size > this.#capacity) {
      const oldest = this.#entries.keys().next()
      if (oldest.done) break
      this.delete(oldest.value)
    }
  }

  delete(key: K): void {
    const entry = this.#entries.get(key)
    if (entry === undefined) return
    this.#entries.delete(key)
    this.#size -= entry.size
  }

  clear(): void {
    this.#entries.clear()
    this.#size = 0
  }

  get size(): number {
    return this.#size
  }
}
