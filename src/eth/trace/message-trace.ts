/** What a message did in Filecoin's own words: `fevm_traceMessage`. */
import { Address, type NetworkPrefix } from '../../address/address.ts'
import { to0x } from '../../base/bytes.ts'
import { Codec } from '../../ipld/cid.ts'
import { type ExitCode, exitCodeName } from '../../protocol/exit-code.ts'
import { InvokeEVM } from '../../protocol/method.ts'
import { methodName } from '../../protocol/method-names.ts'
import type { Hex } from '../quantity.ts'
import type { ActorCall, Payload } from './actor-call.ts'
import { contentOf } from './payload.ts'

export interface BlockOfDataJson {
  readonly codec: string
  readonly data: Hex
  /** What it says, where that is known. */
  readonly decoded?: unknown
}

export interface ActorCallJson {
  readonly to: string
  readonly actor: {
    readonly id: string
    readonly type: string | null
    readonly address: Hex
  } | null
  readonly method: { readonly number: string; readonly name: string | null }
  /** attoFIL */
  readonly value: string
  readonly params: BlockOfDataJson | null
  readonly readOnly: boolean
  readonly gasLimit: number
  readonly gasUsed: number
  readonly exitCode: ExitCode
  readonly exitName: string
  readonly return: BlockOfDataJson | null
  readonly error?: string
  /** Of this call itself, by name; gas units, which are counted in thousandths. */
  readonly charges: readonly {
    readonly name: string
    readonly count: number
    readonly gas: number
  }[]
  readonly calls: readonly ActorCallJson[]
}

export function actorCallJson(call: ActorCall, prefix: NetworkPrefix): ActorCallJson {
  const { invoked, method, exitCode, refusal, detail } = call
  return {
    to: Address.fromBytes(call.to).toString(prefix),
    actor:
      invoked === undefined
        ? null
        : {
            id: Address.id(invoked.id).toString(prefix),
            type: invoked.type ?? null,
            address: to0x(invoked.address),
          },
    method: { number: method.toString(), name: methodName(invoked?.type, method) ?? null },
    value: call.value.toString(),
    params: blockJson(call, call.params, detail?.params),
    readOnly: call.readOnly,
    gasLimit: call.gasLimit,
    gasUsed: call.gasUsed,
    exitCode,
    exitName: exitCodeName(exitCode),
    return: blockJson(call, call.returned, detail?.returned),
    ...(refusal === undefined ? {} : { error: refusal }),
    charges: (detail?.charges ?? []).map(({ name, count, milligas }) => ({
      name,
      count,
      gas: milligas / 1_000,
    })),
    calls: call.calls.map((inner) => actorCallJson(inner, prefix)),
  }
}

const codecNames: Readonly<Record<number, string>> = {
  [Codec.RAW]: 'raw',
  [Codec.CBOR]: 'cbor',
  [Codec.DAG_CBOR]: 'dag-cbor',
}

function blockJson(
  { method }: ActorCall,
  payload: Payload | undefined,
  known: unknown,
): BlockOfDataJson | null {
  if (payload === undefined) return null
  const { codec, data } = payload
  const content = method === InvokeEVM ? contentOf(payload) : undefined
  const decoded = known ?? (content && to0x(content))
  return {
    codec: codecNames[codec] ?? `0x${codec.toString(16)}`,
    data: to0x(data),
    ...(decoded === undefined ? {} : { decoded }),
  }
}
