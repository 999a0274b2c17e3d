import { readFileSync } from 'node:fs'

interface Vector {
  readonly kind: string
  // biome-ignore lint/suspicious/noExplicitAny: the shape depends on the kind; tests state it
  readonly input: any
  // biome-ignore lint/suspicious/noExplicitAny: as above
  readonly expected: any
}

const all: Vector[] = JSON.parse(
  readFileSync(new URL('../vectors/ipld.json', import.meta.url), 'utf8'),
)

export function vectors(kind: string): Vector[] {
  return all.filter((vector) => vector.kind === kind)
}
