/**
 * One RPC method is one exported constant, whose name is the method's name:
 *
 *     const method = methodFor<Pick<Context, 'chain'>>()
 *     export const eth_chainId = method({ summary, params, result, examples, handle })
 *
 * Dispatch, error messages, the OpenRPC document, the docs and the first tests come from it.
 */
import type { z } from 'zod'
import type { Connection } from './connection.ts'
import { rpcError } from './errors.ts'
import type { RawJson } from './raw-json.ts'
import type { Registry } from './registry.ts'

/** By name; the order of the keys is the order of the positions. */
export type Params = Readonly<Record<string, z.ZodType>>

export type Decoded<P extends Params> = { readonly [K in keyof P]: z.output<P[K]> }

export interface Example {
  readonly name: string
  readonly params: readonly unknown[]
  /** The answer of a fresh dev chain, unless `varies`. */
  readonly result: unknown
  /** The answer depends on clock, keys or earlier calls; only its shape is tested. */
  readonly varies?: true
}

/** How a call came in. */
export interface Caller {
  readonly registry: Registry
  /** The WebSocket it came on; HTTP has none. */
  readonly connection: Connection | undefined
  /** Runs something once the answer is on the wire. */
  afterReply(run: () => void): void
}

export interface Definition<Slice, P extends Params, R extends z.ZodType> {
  /** One sentence. */
  readonly summary: string
  /** What is special here, in Markdown. */
  readonly description?: string
  readonly params: P
  /** Shape of the answer on the wire. */
  readonly result: R
  /** The documentation's examples, and the method's first tests. */
  readonly examples: readonly [Example, ...Example[]]
  /** false: Lotus has no such method, hence no `Filecoin.` name. */
  readonly lotus?: false
  /** Still other names, as other nodes have them. */
  readonly aliases?: readonly string[]
  /** Changes the chain or a filter: a batch runs it alone and in its place. */
  readonly writes?: true
  handle(
    context: Slice,
    params: Decoded<P>,
    caller: Caller,
  ): z.input<R> | RawJson | Promise<z.input<R> | RawJson>
}

export interface Method<Slice> {
  readonly summary: string
  readonly description: string | undefined
  readonly parameters: readonly Parameter[]
  readonly result: z.ZodType
  readonly examples: readonly Example[]
  readonly lotus: boolean
  readonly aliases: readonly string[]
  readonly writes: boolean
  /** @throws RpcError invalidParams, and whatever the handler throws. */
  run(context: Slice, params: unknown, caller: Caller): unknown
}

export interface Parameter {
  readonly name: string
  readonly schema: z.ZodType
  /** May be left out; null then counts as left out. */
  readonly optional: boolean
}

export function methodFor<Slice>() {
  return function method<const P extends Params, R extends z.ZodType>(
    definition: Definition<Slice, P, R>,
  ): Method<Slice> {
    const { summary, description, params, result, examples, writes } = definition
    const { lotus = true, aliases = [] } = definition
    const parameters = Object.entries(params).map(([name, schema]) => ({
      name,
      schema,
      optional: schema.safeParse(undefined).success,
    }))
    return {
      summary,
      description,
      parameters,
      result,
      examples,
      lotus,
      aliases,
      writes: writes === true,
      run: (context, raw, caller) =>
        definition.handle(context, decodeParams(parameters, raw) as Decoded<P>, caller),
    }
  }
}

/** Parameters by position or by name. @throws RpcError that names the parameter. */
function decodeParams(parameters: readonly Parameter[], raw: unknown): Record<string, unknown> {
  const decoded: Record<string, unknown> = {}
  if (raw === undefined || raw === null || Array.isArray(raw)) {
    const values: readonly unknown[] = raw ?? []
    refuseExtra(values, parameters)
    for (let i = 0; i < parameters.length; i++) {
      const parameter = parameters[i]!
      decoded[parameter.name] = decodeOne(parameter, values[i])
    }
    return decoded
  }
  if (typeof raw !== 'object') throw rpcError('invalidParams', 'params must be an array or object')
  for (const name of Object.keys(raw)) refuseUnknown(name, parameters)
  for (const parameter of parameters) {
    const value = Object.hasOwn(raw, parameter.name)
      ? (raw as Record<string, unknown>)[parameter.name]
      : undefined
    decoded[parameter.name] = decodeOne(parameter, value)
  }
  return decoded
}

function decodeOne({ name, schema, optional }: Parameter, value: unknown): unknown {
  const given = value === null && optional ? undefined : value
  const parsed = schema.safeParse(given)
  if (parsed.success) return parsed.data
  const issue = innermost(parsed.error.issues[0]!)
  const where = issue.path.reduce<string>(
    (path, key) => (typeof key === 'number' ? `${path}[${key}]` : `${path}.${String(key)}`),
    name,
  )
  const problem =
    given === undefined ? `missing parameter '${where}'` : `invalid parameter '${where}'`
  throw rpcError('invalidParams', `${problem}: ${issue.message}, got ${shown(given, issue.path)}`)
}

type Issue = z.core.$ZodIssue

/** Of a union, the alternative that came furthest into the value tells most. */
function innermost(issue: Issue): Issue {
  if (issue.code !== 'invalid_union') return issue
  const deeper = issue.errors
    .flat()
    .find((inner) => inner.path.length > 0 || inner.code === 'custom')
  return deeper === undefined
    ? issue
    : innermost({ ...deeper, path: [...issue.path, ...deeper.path] })
}

/** The offending value, short. */
function shown(value: unknown, path: readonly PropertyKey[]): string {
  let at = value
  for (const key of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return 'nothing'
    at = (at as Record<PropertyKey, unknown>)[key]
  }
  if (at === undefined) return 'nothing'
  if (Array.isArray(at)) return 'an array'
  if (typeof at === 'object' && at !== null) return 'an object'
  if (typeof at === 'string' && at.length > 50) {
    return `${JSON.stringify(at.slice(0, 50))}… (${at.length} characters)`
  }
  return JSON.stringify(at)
}

function refuseExtra(values: readonly unknown[], parameters: readonly Parameter[]): void {
  for (let i = parameters.length; i < values.length; i++) {
    if (values[i] === null) continue
    throw rpcError(
      'invalidParams',
      `too many parameters: got ${values.length}, expected ${signature(parameters)}`,
    )
  }
}

function refuseUnknown(name: string, parameters: readonly Parameter[]): void {
  if (parameters.some((parameter) => parameter.name === name)) return
  const unknown = JSON.stringify(name.slice(0, 50))
  throw rpcError('invalidParams', `unknown parameter ${unknown}, expected ${signature(parameters)}`)
}

/** `(address, [block])` */
export function signature(parameters: readonly Parameter[]): string {
  return `(${parameters.map(({ name, optional }) => (optional ? `[${name}]` : name)).join(', ')})`
}
