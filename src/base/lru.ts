/**
 * A map that forgets what was used longest ago once the sum of its entries' sizes passes a bound.
 * Sizes are in any unit the owner likes; bytes or entries.
 *
 * A ring orders the entries by use. The order of a Map would do too, but moving a key to its end
 * leaves a hole, and looking up a key that is used all the time then walks through all its holes
 * (10 µs with 7,000 entries, 100 µs with 100,000).
 */
interface Entry<K, V> {
  readonly key: K
  value: V
  size: number
  /** Used before this one; of the head the one used last. */
  older: Entry<K, V>
  /** Used after this one; of the head the one used longest ago. */
  newer: Entry<K, V>
}

export class Lru<K, V> {
  readonly #entries = new Map<K, Entry<K, V>>()
  readonly #capacity: number
  /** Closes the ring; holds nothing itself. */
  readonly #head: Entry<K, V>
  #size = 0

  constructor(capacity: number) {
    this.#capacity = capacity
    this.#head = { size: 0 } as Entry<K, V>
    this.#head.older = this.#head.newer = this.#head
  }

  get(key: K): V | undefined {
    const entry = this.#entries.get(key)
    if (entry === undefined) return undefined
    if (entry !== this.#head.older) {
      unlink(entry)
      this.#link(entry)
    }
    return entry.value
  }

  has(key: K): boolean {
    return this.#entries.has(key)
  }

  set(key: K, value: V, size = 1): void {
    this.delete(key)
    if (size > this.#capacity) return
    const entry = { key, value, size, older: this.#head, newer: this.#head }
    this.#entries.set(key, entry)
    this.#link(entry)
    this.#size += size
    while (this.#size > this.#capacity) this.delete(this.#head.newer.key)
  }

  delete(key: K): void {
    const entry = this.#entries.get(key)
    if (entry === undefined) return
    this.#entries.delete(key)
    unlink(entry)
    this.#size -= entry.size
  }

  clear(): void {
    this.#entries.clear()
    this.#head.older = this.#head.newer = this.#head
    this.#size = 0
  }

  get size(): number {
    return this.#size
  }

  /** Puts an entry where the one used last is. */
  #link(entry: Entry<K, V>): void {
    entry.older = this.#head.older
    entry.newer = this.#head
    entry.older.newer = entry
    this.#head.older = entry
  }
}

function unlink<K, V>({ older, newer }: Entry<K, V>): void {
  older.newer = newer
  newer.older = older
}
