/** Pushes into an asynchronous iteration; what nobody has taken yet waits in order. */
export function eventStream<T>(
  signal: AbortSignal,
  listen: (push: (event: T) => void) => () => void,
): AsyncIterable<T> {
  return {
    async *[Symbol.asyncIterator]() {
      const waiting: T[] = []
      let wake = () => {}
      const stop = listen((event) => {
        waiting.push(event)
        wake()
      })
      const aborted = () => wake()
      signal.addEventListener('abort', aborted)
      try {
        while (!signal.aborted) {
          const next = waiting.shift()
          if (next !== undefined) yield next
          else
            await new Promise<void>((resolve) => {
              wake = resolve
            })
        }
      } finally {
        stop()
        signal.removeEventListener('abort', aborted)
      }
    },
  }
}
