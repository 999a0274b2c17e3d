/** The OpenRPC document, derived from the definitions. Served by `rpc.discover`. */
import { z } from 'zod'
import { errorKinds } from './errors.ts'
import type { Example, Parameter } from './method.ts'
import type { Entry, Registry } from './registry.ts'

/** Of the interface, not of the program: grows with the definitions. */
const API_VERSION = '1.0.0'

type Json = { [key: string]: unknown }

const texts = new WeakMap<Registry, string>()

export function openrpcText(registry: Registry): string {
  let text = texts.get(registry)
  if (text === undefined) {
    text = JSON.stringify(openrpcDocument(registry))
    texts.set(registry, text)
  }
  return text
}

export function openrpcDocument(registry: Registry): Json {
  const schemas = new Schemas()
  const methods = entriesOf(registry).map((entry) => methodObject(entry, schemas))
  return {
    openrpc: '1.3.2',
    info: {
      title: 'Ethereum JSON-RPC for Filecoin',
      description: 'The methods of Ethereum nodes on the Filecoin EVM, as Lotus answers them.',
      version: API_VERSION,
      license: { name: 'MIT OR Apache-2.0' },
    },
    methods,
    components: { schemas: schemas.components, errors: errorObjects() },
  }
}

/** Each method once, sorted by its own name. */
export function entriesOf(registry: Registry): Entry<unknown>[] {
  return [...new Set(registry.values())].sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** A schema in a word or two, for a table. */
export function schemaName(schema: z.ZodType): string {
  return named(new Schemas().of(schema))
}

function named(schema: unknown): string {
  const { $ref, anyOf, allOf, items, type, const: value } = schema as JsonSchema
  if ($ref !== undefined) return $ref.slice($ref.lastIndexOf('/') + 1)
  if (anyOf !== undefined) return anyOf.map(named).join(' or ')
  if (allOf !== undefined) return allOf.map(named).join(' and ')
  if (value !== undefined) return JSON.stringify(value)
  if (type === 'array') return `array of ${named(items)}`
  return type ?? 'anything'
}

interface JsonSchema {
  readonly $ref?: string
  readonly anyOf?: readonly unknown[]
  readonly allOf?: readonly unknown[]
  readonly items?: unknown
  readonly type?: string
  readonly const?: unknown
}

function methodObject({ name, method, aliases }: Entry<unknown>, schemas: Schemas): Json {
  const { summary, description, parameters, result, examples } = method
  return {
    name,
    summary,
    tags: [{ name: name.split(/[_.]/, 1)[0] }],
    ...(description === undefined ? {} : { description }),
    paramStructure: 'either',
    params: parameters.map(({ name, schema, optional }) => ({
      name,
      required: !optional,
      schema: schemas.of(schema),
    })),
    result: { name: 'result', schema: schemas.of(result) },
    examples: examples.map((example) => exampleObject(example, parameters)),
    ...(aliases.length === 0 ? {} : { 'x-aliases': aliases }),
  }
}

function exampleObject({ name, params, result }: Example, parameters: readonly Parameter[]): Json {
  return {
    name,
    params: params.map((value, i) => ({ name: parameters[i]!.name, value })),
    result: { name: 'result', value: result },
  }
}

function errorObjects(): Json {
  return Object.fromEntries(
    Object.entries(errorKinds).map(([kind, { code, docs }]) => [kind, { code, message: docs }]),
  )
}

/** JSON schemas of zod schemas; those with an id are collected and referred to. */
class Schemas {
  readonly components: Json = {}

  of(schema: z.ZodType): unknown {
    // as a member, so that a schema with an id becomes a reference itself
    const { properties, definitions } = z.toJSONSchema(z.object({ schema }), {
      io: 'input',
      target: 'draft-7',
    })
    for (const [id, definition] of Object.entries(definitions ?? {})) {
      this.components[id] = asComponent(definition)
    }
    return asComponent(properties!.schema)
  }
}

/** References point to components; an `allOf` of nothing but a reference is that reference. */
function asComponent(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(asComponent)
  if (typeof schema !== 'object' || schema === null) return schema
  const { allOf, $ref, ...rest } = schema as { allOf?: unknown[]; $ref?: string }
  const out = Object.fromEntries(Object.entries(rest).map(([key, at]) => [key, asComponent(at)]))
  if ($ref !== undefined) out.$ref = $ref.replace('#/definitions/', '#/components/schemas/')
  if (allOf?.length === 1 && Object.keys(rest).length === 0) return asComponent(allOf[0])
  return allOf === undefined ? out : { ...out, allOf: allOf.map(asComponent) }
}
