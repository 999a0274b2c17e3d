import assert from 'node:assert/strict'
import { fromHex, to0x } from '../../../src/base/bytes.ts'
import { parityError } from '../../../src/eth/trace/call-errors.ts'
import { evmCall } from '../../../src/eth/trace/evm-call.ts'
import { contentOf } from '../../../src/eth/trace/payload.ts'
import { delta } from '../../../src/eth/trace/state-diff.ts'
import { aCall, eam, nativeAt, sender } from '../../eth/trace/actor-calls.ts'
import type { Check } from './vector.ts'

/** Who failed with exit code 33, in the words of the vectors. */
const callees: Readonly<Record<string, typeof eam>> = {
  'EAM actor, exit 33': eam,
  'native actor f01234, exit 33': nativeAt(1234),
}

export const traceChecks: Readonly<Record<string, Check>> = {
  decode_payload({ input, expected }) {
    const { payloadHex, codec } = input
    // codec 0 is how Lotus writes that there is no block
    const payload = codec === 0 ? undefined : { codec, data: fromHex(payloadHex) }
    const content = contentOf(payload)
    assert.equal(content && to0x(content), expected.error ? undefined : expected.hex)
  },
  trace_error({ input, expected }) {
    const callee = callees[input.callee]
    const call = evmCall(aCall(callee, { exitCode: 33 }), sender)
    // without an actor that ran there is no call, and only the words are left to check
    const error = parityError(call ?? { exitCode: 33, hasEvmCodes: false })
    assert.equal(error, expected.error.replace('<exit code text>', '33'))
  },
  state_diff_delta({ input, expected }) {
    assert.deepEqual(delta(input.before ?? undefined, input.after ?? undefined), expected)
  },
}
