/** The tracers of geth's `debug_trace*`: what each needs to know of a message, and what it says. */
import { to0x } from '../base/bytes.ts'
import type { TraceOptions } from '../chain/chain.ts'
import type { MessageTrace } from '../eth/trace/actor-call.ts'
import { callFrame, gethOutput } from '../eth/trace/call-tracer.ts'
import { type AskedCall, topCall } from '../eth/trace/evm-call.ts'
import { flatCalls } from '../eth/trace/flat-call-tracer.ts'
import { fourByteCounts } from '../eth/trace/four-byte-tracer.ts'
import type { TracePlace } from '../eth/trace/parity.ts'
import { prestate, prestateDiff } from '../eth/trace/prestate-tracer.ts'
import { ExitCode } from '../protocol/exit-code.ts'
import type { Limits } from './limits.ts'
import type { TracerName, TracerOptions } from './trace-schema.ts'

/** A message, and what it did. */
export interface Traced {
  readonly asked: AskedCall
  readonly trace: MessageTrace
  /** undefined: a call, which is not on the chain. */
  readonly place: TracePlace | undefined
}

interface Tracer {
  needs(options: TracerOptions, limits: Limits): TraceOptions
  show(traced: Traced, options: TracerOptions): unknown
}

const tracers = {
  callTracer: {
    needs: () => ({}),
    show: ({ trace, asked }, { tracerConfig }) => callFrame(topCall(trace, asked), tracerConfig),
  },
  flatCallTracer: {
    needs: () => ({}),
    show: ({ trace, asked, place }, { tracerConfig }) =>
      flatCalls(topCall(trace, asked), place, tracerConfig),
  },
  '4byteTracer': {
    needs: () => ({}),
    show: ({ trace, asked }) => fourByteCounts(topCall(trace, asked)),
  },
  prestateTracer: {
    needs: () => ({ accounts: true }),
    show({ trace }, { tracerConfig }) {
      const accounts = trace.accounts!
      return tracerConfig.diffMode
        ? prestateDiff(accounts, tracerConfig)
        : prestate(accounts, tracerConfig)
    },
  },
  noopTracer: { needs: () => ({}), show: () => ({}) },
} satisfies Record<TracerName, Tracer>

/** What a run has to be watched for. */
export function traceNeeds(options: TracerOptions, limits: Limits): TraceOptions {
  if (options.tracer !== undefined) return tracers[options.tracer].needs()
  const { disableStack, disableStorage, enableMemory, enableReturnData, limit } = options
  const maxBytes = limits.response
  const steps = { disableStack, disableStorage, enableMemory, enableReturnData, limit, maxBytes }
  return { steps }
}

/** JSON text of what a tracer says. */
export function tracerText(traced: Traced, options: TracerOptions): string {
  return options.tracer === undefined
    ? structLogText(traced)
    : JSON.stringify((tracers[options.tracer] as Tracer).show(traced, options))
}

/** geth's default tracer: the instructions, whose text is there already. */
function structLogText({ trace, asked }: Traced): string {
  const head = JSON.stringify({
    gas: trace.gasUsed,
    failed: trace.exitCode !== ExitCode.OK,
    returnValue: to0x(gethOutput(topCall(trace, asked))),
  })
  return `${head.slice(0, -1)},"structLogs":${trace.steps}}`
}
