/**
 * One source of events, many listeners. The source is opened when the first listener comes and
 * closed when the last one goes.
 */
export class Feed<T> {
  readonly #open: (signal: AbortSignal) => AsyncIterable<T>
  readonly #failed: (error: unknown) => void
  readonly #listeners = new Set<(event: T) => void>()
  #source: AbortController | undefined

  /** @param failed hears of a source or listener that throws; the feed goes on with the others */
  constructor(open: (signal: AbortSignal) => AsyncIterable<T>, failed: (error: unknown) => void) {
    this.#open = open
    this.#failed = failed
  }

  /** @returns how to stop listening */
  listen(listener: (event: T) => void): () => void {
    this.#listeners.add(listener)
    if (this.#source === undefined) {
      this.#source = new AbortController()
      this.#pump(this.#source)
    }
    return () => {
      this.#listeners.delete(listener)
      if (this.#listeners.size === 0) this.close()
    }
  }

  close(): void {
    this.#listeners.clear()
    this.#source?.abort()
    this.#source = undefined
  }

  async #pump(source: AbortController): Promise<void> {
    try {
      for await (const event of this.#open(source.signal)) {
        if (source.signal.aborted) return
        for (const listener of this.#listeners) this.#tell(listener, event)
      }
    } catch (error) {
      if (!source.signal.aborted) this.#failed(error)
    } finally {
      // the next listener opens the source anew
      if (this.#source === source) this.#source = undefined
    }
  }

  #tell(listener: (event: T) => void, event: T): void {
    try {
      listener(event)
    } catch (error) {
      this.#failed(error)
    }
  }
}
