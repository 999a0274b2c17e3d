/** The call manager's record of a message as plain data, with what only the state can tell. */
import type { Method } from '../actors/define.ts'
import { nativeMethod } from '../actors/manifest.ts'
import type { ActorId } from '../address/address.ts'
import { f410Payload, maskedId } from '../address/eth-address.ts'
import { logContent } from '../eth/logs.ts'
import type {
  ActorCall,
  CallDetail,
  ChargeSum,
  InvokedActor,
  Payload,
  TracedLog,
} from '../eth/trace/actor-call.ts'
import { decoded } from '../eth/trace/payload.ts'
import { plainJson } from '../eth/trace/plain-json.ts'
import type { Block } from '../fvm/block.ts'
import { GAS, type GasCharge } from '../fvm/gas/gas-tracker.ts'
import type { CallTrace, InvokedActor as Invoked } from '../fvm/trace.ts'
import type { Manifest } from '../protocol/builtin.ts'
import type { StampedEvent } from '../protocol/event.ts'
import { ExitCode } from '../protocol/exit-code.ts'
import { METHOD_CONSTRUCTOR } from '../protocol/method.ts'

export interface CallContext {
  readonly manifest: Manifest
  /** Events that stand in the receipt, and the first one's place in the tipset. */
  readonly events: readonly StampedEvent[]
  readonly firstEvent: number
  /** Code of a contract after the message. */
  codeOf(contract: ActorId): Uint8Array
  /** The message's charges, when methods and charges are to be shown. */
  readonly charges: readonly GasCharge[] | undefined
  /** Above 1: gas on Ethereum's scale. */
  readonly gasScale?: number
}

export function actorCall(root: CallTrace, context: CallContext): ActorCall {
  const gas = GAS * (context.gasScale ?? 1)
  const places = new Map(context.events.map((event, i) => [event, context.firstEvent + i]))
  const convert = (trace: CallTrace): ActorCall => {
    const { to, method, params, value, readOnly, gasLimit, calls, result } = trace
    if (result === undefined) throw new Error('a call that has not ended')
    const { exitCode, gasUsed, refusal } = result
    const invoked = trace.invoked && invokedActor(trace.invoked, context.manifest)
    return {
      to: to.bytes,
      invoked,
      method,
      params: payload(params),
      value,
      readOnly,
      gasLimit: Math.ceil(gasLimit / gas),
      gasUsed: Math.ceil(gasUsed / gas),
      exitCode,
      returned: payload(result.value),
      refusal,
      logs: invoked === undefined ? [] : logsOf(trace, invoked, places),
      calls: calls.map(convert),
      deployed: deployedCode(trace, invoked, context),
      detail: context.charges && detailOf(trace, invoked, context.charges),
    }
  }
  // the first call bears what the message as such was charged
  const charges = { start: 0, end: context.charges?.length ?? 0 }
  return convert({ ...root, charges })
}

function invokedActor({ id, code, delegatedAddress }: Invoked, manifest: Manifest): InvokedActor {
  const address = f410Payload(delegatedAddress ?? undefined) ?? maskedId(id)
  return { id, address, type: manifest.nameOf(code) }
}

function payload(block: Block | undefined): Payload | undefined {
  return block && { codec: block.codec, data: block.data }
}

function logsOf(
  { events }: CallTrace,
  { address }: InvokedActor,
  places: ReadonlyMap<StampedEvent, number>,
): TracedLog[] {
  return events.flatMap(({ event, callsBefore }) => {
    const logIndex = places.get(event)
    const content = logIndex === undefined ? undefined : logContent(event.entries)
    return content === undefined ? [] : [{ address, ...content, logIndex: logIndex!, callsBefore }]
  })
}

/** Of a contract whose creation a failure around it took back, nothing is left to show. */
function deployedCode(
  { method, result }: CallTrace,
  invoked: InvokedActor | undefined,
  { codeOf }: CallContext,
): Uint8Array | undefined {
  const constructs = method === METHOD_CONSTRUCTOR || method === RESURRECT
  if (invoked?.type !== 'evm' || !constructs || result?.exitCode !== ExitCode.OK) return undefined
  const code = codeOf(invoked.id)
  return code.length === 0 ? undefined : code
}

const RESURRECT = 2n

function detailOf(
  trace: CallTrace,
  invoked: InvokedActor | undefined,
  charges: readonly GasCharge[],
): CallDetail {
  const { params, method, result } = trace
  const type = invoked?.type
  const known = type && nativeMethod(type, method)
  return {
    params: shown(known?.params, params),
    returned: shown(known?.returns, result?.value),
    charges: ownCharges(trace, charges),
  }
}

/** What a block says; undefined: its form is not known, or it is something else. */
function shown(codec: Method['params'], block: Block | undefined): unknown {
  if (codec === undefined || block === undefined) return undefined
  const value = decoded(codec, block.data)
  return value === undefined ? undefined : plainJson(value)
}

/** Sums by name, in the order of first appearance. */
function ownCharges({ charges: own, calls }: CallTrace, all: readonly GasCharge[]): ChargeSum[] {
  const sums = new Map<string, { count: number; milligas: number }>()
  const add = (start: number, end: number) => {
    for (let i = start; i < end; i++) {
      const { name, milligas } = all[i]!
      const sum = sums.get(name) ?? { count: 0, milligas: 0 }
      sums.set(name, { count: sum.count + 1, milligas: sum.milligas + milligas })
    }
  }
  let from = own.start
  for (const { charges } of calls) {
    add(from, charges.start)
    from = charges.end
  }
  add(from, own.end)
  return [...sums].map(([name, sum]) => ({ name, ...sum }))
}
