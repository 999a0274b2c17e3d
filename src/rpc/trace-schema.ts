/** Parameters and results of the methods that trace. */
import { z } from 'zod'
import { BlockOverridesSchema, StateOverrides } from './override-schema.ts'
import {
  AddressResult,
  CidResult,
  DataResult,
  HashResult,
  QuantityResult,
} from './result-schema.ts'
import { Address, Alternatives, Bool, filterBound, TransactionRequest, Uint } from './schema.ts'

const tracerNames = [
  'callTracer',
  'flatCallTracer',
  'prestateTracer',
  '4byteTracer',
  'noopTracer',
] as const
export type TracerName = (typeof tracerNames)[number]

const Flag = Bool.nullish().transform((flag) => flag ?? false)

/** geth's options of one tracer. Keys that another tracer has are passed over. */
const TracerConfig = z
  .object({
    onlyTopCall: Flag,
    withLog: Flag,
    convertParityErrors: Flag,
    diffMode: Flag,
    disableCode: Flag,
    disableStorage: Flag,
  })
  .nullish()
  .transform((config) => ({
    onlyTopCall: false,
    withLog: false,
    convertParityErrors: false,
    diffMode: false,
    disableCode: false,
    disableStorage: false,
    ...config,
  }))

const tracerOptions = {
  tracer: z
    .enum(tracerNames, {
      error: `expected one of ${tracerNames.join(', ')}, or none for instructions; there are no JavaScript tracers`,
    })
    .nullish()
    .transform((name) => name ?? undefined),
  tracerConfig: TracerConfig,
  disableStack: Flag,
  disableStorage: Flag,
  enableMemory: Flag,
  enableReturnData: Flag,
  limit: Uint.nullish().transform((limit) => limit ?? 0),
}

export const TracerOptions = z
  .object(tracerOptions, { error: 'expected an options object' })
  .meta({ id: 'TracerOptions', description: "options of geth's debug_trace methods" })
  .prefault({})
export type TracerOptions = z.output<typeof TracerOptions>

export const TracerCallOptions = z
  .object(
    {
      ...tracerOptions,
      stateOverrides: StateOverrides.nullish(),
      blockOverrides: BlockOverridesSchema.nullish(),
    },
    { error: 'expected an options object' },
  )
  .meta({ id: 'TracerCallOptions', description: "options of geth's debug_traceCall" })
  .prefault({})

const traceTypes = ['trace', 'stateDiff'] as const

export const TraceTypes = z
  .array(z.enum(traceTypes, { error: "only 'trace' and 'stateDiff' are supported" }), {
    error: 'expected an array of trace types',
  })
  .meta({ id: 'TraceTypes', description: 'what to show: trace, stateDiff' })
export type TraceTypes = z.output<typeof TraceTypes>

export const TracedCalls = z
  .array(
    z.tuple([TransactionRequest, TraceTypes], { error: 'expected a call and its trace types' }),
    { error: 'expected an array of calls' },
  )
  .max(100, { error: 'expected at most 100 calls' })
  .meta({ id: 'TracedCalls', description: 'calls, each with its trace types' })

export const TraceAddress = z
  .array(Uint, { error: 'expected a trace address: an array of numbers' })
  .meta({ id: 'TraceAddress', description: 'the way from the first call to one below it' })

export const TraceFilter = z
  .object(
    {
      fromBlock: filterBound('FromBlock'),
      toBlock: filterBound('ToBlock'),
      fromAddress: Alternatives(Address).optional(),
      toAddress: Alternatives(Address).optional(),
      after: Uint.nullish(),
      count: Uint.nullish(),
    },
    { error: 'expected a filter object' },
  )
  .meta({ id: 'TraceFilter', description: 'a filter over traces' })
export type TraceFilter = z.output<typeof TraceFilter>

// results

const traceShape = {
  error: z.string().optional(),
  subtraces: z.int(),
  traceAddress: z.array(z.int()).readonly(),
}
const callShape = {
  type: z.literal('call'),
  ...traceShape,
  action: z.strictObject({
    callType: z.enum(['call', 'staticcall', 'delegatecall']),
    from: AddressResult,
    to: AddressResult,
    gas: QuantityResult,
    value: QuantityResult,
    input: DataResult,
  }),
  result: z.strictObject({ gasUsed: QuantityResult, output: DataResult }),
}
const createShape = {
  type: z.literal('create'),
  ...traceShape,
  action: z.strictObject({
    from: AddressResult,
    gas: QuantityResult,
    value: QuantityResult,
    init: DataResult,
  }),
  result: z.strictObject({
    address: AddressResult.optional(),
    gasUsed: QuantityResult,
    code: DataResult,
  }),
}
const placeShape = {
  blockHash: HashResult,
  blockNumber: z.int(),
  transactionHash: HashResult,
  transactionPosition: z.int(),
}

export const TraceResult = z
  .union([z.strictObject(callShape), z.strictObject(createShape)])
  .meta({ id: 'TraceResult', description: 'a call or a creation' })

export const PlacedTraceResult = z
  .union([
    z.strictObject({ ...callShape, ...placeShape }),
    z.strictObject({ ...createShape, ...placeShape }),
  ])
  .meta({ id: 'PlacedTraceResult', description: 'a call or a creation of a mined transaction' })

const DeltaResult = z
  .union([
    z.literal('='),
    z.strictObject({ '+': DataOrQuantity() }),
    z.strictObject({ '-': DataOrQuantity() }),
    z.strictObject({ '*': z.strictObject({ from: DataOrQuantity(), to: DataOrQuantity() }) }),
  ])
  .meta({ id: 'DeltaResult', description: '= the same, + new, - gone, * changed' })

function DataOrQuantity() {
  return z.union([QuantityResult, DataResult])
}

export const StateDiffResult = z
  .record(
    AddressResult,
    z.strictObject({
      balance: DeltaResult,
      nonce: DeltaResult,
      code: DeltaResult,
      storage: z.record(HashResult, DeltaResult),
    }),
  )
  .meta({ id: 'StateDiffResult', description: 'what changed, by account' })

const replayShape = {
  output: DataResult,
  stateDiff: StateDiffResult.nullable(),
  trace: z.array(TraceResult).readonly(),
  vmTrace: z.null(),
}

export const ReplayResult = z
  .strictObject(replayShape)
  .meta({ id: 'ReplayResult', description: 'the traces of a transaction or call' })

export const ReplayedTransactionResult = z
  .strictObject({ ...replayShape, transactionHash: HashResult })
  .meta({ id: 'ReplayedTransactionResult', description: 'the traces of a transaction of a block' })

export const TracerResult = z
  .unknown()
  .meta({ id: 'TracerResult', description: 'what the tracer says, in the form of geth' })

export const TracedTransactionsResult = z
  .array(z.strictObject({ txHash: HashResult, result: TracerResult }))
  .readonly()

const BlockOfData = z
  .strictObject({ codec: z.string(), data: DataResult, decoded: z.unknown().optional() })
  .meta({ id: 'BlockOfData', description: 'params or return, and what they say if that is known' })

const ActorCallResult: z.ZodType = z
  .strictObject({
    to: z.string(),
    actor: z
      .strictObject({ id: z.string(), type: z.string().nullable(), address: AddressResult })
      .nullable(),
    method: z.strictObject({ number: z.string(), name: z.string().nullable() }),
    value: z.string(),
    params: BlockOfData.nullable(),
    readOnly: z.boolean(),
    gasLimit: z.int(),
    gasUsed: z.int(),
    exitCode: z.int(),
    exitName: z.string(),
    return: BlockOfData.nullable(),
    error: z.string().optional(),
    charges: z
      .array(z.strictObject({ name: z.string(), count: z.int(), gas: z.number() }))
      .readonly(),
    get calls() {
      return z.array(ActorCallResult).readonly()
    },
  })
  .meta({ id: 'ActorCallResult', description: 'a call from actor to actor' })

export const MessageTraceResult = z
  .strictObject({
    cid: CidResult,
    transactionHash: HashResult,
    blockHash: HashResult,
    epoch: z.int(),
    index: z.int(),
    from: z.string(),
    exitCode: z.int(),
    exitName: z.string(),
    gasLimit: z.int(),
    gasUsed: z.int(),
    call: ActorCallResult.nullable(),
  })
  .meta({ id: 'MessageTraceResult', description: 'what a message did, as the FVM sees it' })
