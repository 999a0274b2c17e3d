/** One recorded expectation: for this kind of question, this input gives this answer. */
export interface Vector {
  readonly kind: string
  readonly source?: string
  // biome-ignore lint/suspicious/noExplicitAny: the shape depends on the kind; checks state it
  readonly input: any
  // biome-ignore lint/suspicious/noExplicitAny: as above
  readonly expected: any
}

/** Throws when the project answers differently. */
export type Check = (vector: Vector) => void

/** Throws unless `run` throws an error whose message contains `text`. */
export function refuses(run: () => unknown, text = ''): void {
  let result: unknown
  try {
    result = run()
  } catch (error) {
    if (error instanceof Error && error.message.includes(text)) return
    throw new Error(`refused with another reason than "${text}"`, { cause: error })
  }
  throw new Error(`not refused ("${text}"): ${result}`)
}
