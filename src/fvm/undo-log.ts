/**
 * One undo log for everything that a reverted call takes back: actors, events, the access
 * tracker. Each change leaves the function that undoes it; going back to a mark runs them, the
 * newest first.
 */
export type Mark = number

export class UndoLog {
  readonly #undos: (() => void)[] = []

  record(undo: () => void): void {
    this.#undos.push(undo)
  }

  mark(): Mark {
    return this.#undos.length
  }

  rollback(to: Mark): void {
    while (this.#undos.length > to) this.#undos.pop()!()
  }

  /** What has happened so far can no longer be undone. */
  clear(): void {
    this.#undos.length = 0
  }
}
