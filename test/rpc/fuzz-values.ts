/** Values for parameters, made from the JSON schemas of the OpenRPC document. */

export interface Schema {
  readonly $ref?: string
  readonly type?: string
  readonly pattern?: string
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly allOf?: readonly Schema[]
  readonly items?: Schema | readonly Schema[]
  readonly prefixItems?: readonly Schema[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: Schema | boolean
  readonly propertyNames?: Schema
  readonly minItems?: number
}

/** mulberry32: small, and the same everywhere. */
export function random(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

const DEEPEST = 6

export class Values {
  readonly #next: () => number
  readonly #components: Readonly<Record<string, Schema>>
  readonly #strings: readonly string[]

  /** @param strings that may fit a pattern: addresses, hashes, numbers, tags of the chain */
  constructor(
    next: () => number,
    components: Readonly<Record<string, Schema>>,
    strings: readonly string[],
  ) {
    this.#next = next
    this.#components = components
    this.#strings = strings
  }

  below(limit: number): number {
    return Math.floor(this.#next() * limit)
  }

  chance(probability: number): boolean {
    return this.#next() < probability
  }

  pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)]!
  }

  /** What the schema allows, as far as patterns can be met. */
  of(schema: Schema, depth = 0): unknown {
    const { $ref, anyOf, oneOf, allOf, pattern, type } = schema
    if ($ref !== undefined) return this.of(this.#components[$ref.split('/').at(-1)!]!, depth)
    const choices = anyOf ?? oneOf
    if (choices !== undefined) return this.of(this.pick(choices), depth)
    if (schema.enum !== undefined) return this.pick(schema.enum)
    if ('const' in schema) return schema.const
    if (allOf !== undefined) return this.of(allOf[0]!, depth)
    if (pattern !== undefined || type === 'string') return this.#string(pattern)
    if (type === 'integer' || type === 'number') return this.pick([0, 1, 2, 5, 20, 100])
    if (type === 'boolean') return this.chance(0.5)
    if (type === 'null') return null
    if (type === 'array') return this.#array(schema, depth)
    if (type === 'object' || schema.properties !== undefined) return this.#object(schema, depth)
    return this.junk(depth)
  }

  #string(pattern: string | undefined): string {
    if (pattern === undefined) return this.pick(this.#strings)
    const expression = new RegExp(pattern)
    const fitting = this.#strings.filter((text) => expression.test(text))
    return this.pick(fitting.length > 0 ? fitting : this.#strings)
  }

  #array({ items, prefixItems, minItems = 0 }: Schema, depth: number): unknown[] {
    const places = prefixItems ?? (Array.isArray(items) ? (items as readonly Schema[]) : undefined)
    if (places !== undefined) return places.map((each) => this.of(each, depth + 1))
    if (items === undefined || depth > DEEPEST) return []
    const length = minItems + this.below(3)
    return Array.from({ length }, () => this.of(items as Schema, depth + 1))
  }

  #object(schema: Schema, depth: number): Record<string, unknown> {
    const { properties = {}, required = [], additionalProperties, propertyNames } = schema
    const made: Record<string, unknown> = {}
    for (const [name, each] of Object.entries(properties)) {
      const wanted = required.includes(name) || (depth < DEEPEST && this.chance(0.35))
      if (wanted) made[name] = this.of(each, depth + 1)
    }
    if (typeof additionalProperties === 'object' && depth < DEEPEST) {
      for (let i = this.below(3); i > 0; i--) {
        const key = propertyNames === undefined ? this.pick(this.#strings) : this.of(propertyNames)
        made[String(key)] = this.of(additionalProperties, depth + 1)
      }
    }
    return made
  }

  /** Whatever JSON can say. */
  junk(depth = 0): unknown {
    return this.pick<() => unknown>([
      () => null,
      () => this.chance(0.5),
      () => this.pick([-1, 0.5, 1e300, 2 ** 53, -0, 4294967296]),
      () => this.pick(this.#strings),
      () => this.pick(['', '0x', '0X', '0xg', '0x0x', '-0x1', '٣', '\u0000', 'ÿ', '{}', '1e3']),
      () => `0x${'f'.repeat(this.below(300))}`,
      () => (depth > 2 ? [] : Array.from({ length: this.below(4) }, () => this.junk(depth + 1))),
      () =>
        depth > 2
          ? {}
          : { [this.pick(['__proto__', 'constructor', 'from', 'a'])]: this.junk(depth + 1) },
    ])()
  }

  /** A value with one thing in it that is probably wrong. */
  spoilt(value: unknown): unknown {
    if (Array.isArray(value) && value.length > 0 && this.chance(0.7)) {
      const at = this.below(value.length)
      return value.with(at, this.spoilt(value[at]))
    }
    if (typeof value === 'object' && value !== null && this.chance(0.7)) {
      const keys = Object.keys(value)
      if (keys.length === 0) return this.junk()
      const key = this.pick(keys)
      return { ...value, [key]: this.spoilt((value as Record<string, unknown>)[key]) }
    }
    if (typeof value === 'string' && this.chance(0.5)) {
      return this.pick([
        value.slice(0, -1),
        `${value}0`,
        `${value}z`,
        value.toUpperCase(),
        ` ${value}`,
      ])
    }
    return this.junk()
  }
}
