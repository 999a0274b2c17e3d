/** Calls between actors, made by hand. */
import { maskedId, toFilecoin } from '../../../src/address/eth-address.ts'
import { fromHex } from '../../../src/base/bytes.ts'
import type { ActorCall, InvokedActor, Payload } from '../../../src/eth/trace/actor-call.ts'
import { Codec } from '../../../src/ipld/cid.ts'
import { bytes } from '../../../src/ipld/codec.ts'
import { EAM_ACTOR, INIT_ACTOR } from '../../../src/protocol/builtin.ts'
import { ExitCode } from '../../../src/protocol/exit-code.ts'
import { InvokeEVM } from '../../../src/protocol/method.ts'

export const sender = new Uint8Array(20).fill(0x5e)

export function contractAt(id: number): InvokedActor {
  return { id, address: new Uint8Array(20).fill(id), type: 'evm' }
}

export function nativeAt(id: number, type: InvokedActor['type'] = undefined): InvokedActor {
  return { id, address: maskedId(id), type }
}

export const eam = nativeAt(EAM_ACTOR, 'eam')
export const init = nativeAt(INIT_ACTOR, 'init')

/** A call of a contract that succeeds, but for what is said. */
export function aCall(invoked: InvokedActor | undefined, said: Partial<ActorCall> = {}): ActorCall {
  return {
    to: toFilecoin(invoked?.address ?? sender).bytes,
    invoked,
    method: InvokeEVM,
    params: undefined,
    value: 0n,
    readOnly: false,
    gasLimit: 1_000,
    gasUsed: 100,
    exitCode: ExitCode.OK,
    returned: undefined,
    refusal: undefined,
    logs: [],
    calls: [],
    deployed: undefined,
    detail: undefined,
    ...said,
  }
}

/** A CBOR block. */
export function cbor(data: Uint8Array | string): Payload {
  return { codec: Codec.CBOR, data: typeof data === 'string' ? fromHex(data) : data }
}

/** Bytes as contracts are given and give them back. */
export function framed(content: string): Payload {
  return cbor(bytes.encode(fromHex(content)))
}
