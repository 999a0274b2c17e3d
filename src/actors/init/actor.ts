/** f01, which gives ids to addresses and creates actors. State `[addressMap, nextId, networkName]`. */
import { type ActorId, Address } from '../../address/address.ts'
import { Errno, SyscallError } from '../../fvm/errors.ts'
import { initStateCodec } from '../../fvm/state-tree.ts'
import { type CID, Codec } from '../../ipld/cid.ts'
import { text, tuple, uint } from '../../ipld/codec.ts'
import { Hamt } from '../../ipld/hamt.ts'
import { FIRST_NON_SINGLETON } from '../../protocol/builtin.ts'
import { ExitCode } from '../../protocol/exit-code.ts'
import { Exec, Exec4, exec4Params, execParams, execReturn } from '../../protocol/init.ts'
import { METHOD_CONSTRUCTOR } from '../../protocol/method.ts'
import { type ActorSpec, defineActor, type Method, type NativeActor, on } from '../define.ts'
import { mapOptions } from '../map.ts'
import { abort, type Runtime } from '../runtime.ts'
import { wasmCost } from '../wasm-cost.ts'

const spec = {
  name: 'init',
  restrictInternal: true,
  methods: {
    // Constructor
    1: on({
      params: tuple({ networkName: text }),
      callers: 'system',
      run(runtime, { networkName }) {
        const addressMap = Hamt.empty(runtime.store, uint, mapOptions(runtime)).flush()
        runtime.createState(initStateCodec, {
          addressMap,
          nextId: FIRST_NON_SINGLETON,
          networkName,
        })
      },
    }),
    [String(Exec)]: exec(canExec),
    [String(Exec4)]: on({
      params: exec4Params,
      returns: execReturn,
      callers: 'eam',
      run(runtime, { code, constructorParams, subaddress }) {
        if (subaddress.length > 54) {
          throw abort(ExitCode.USR_ILLEGAL_ARGUMENT, 'invalid delegated address')
        }
        const delegated = Address.delegated(BigInt(runtime.message.caller), subaddress)
        const robustAddress = runtime.kernel.nextActorAddress()
        const { id, existing } = assign(runtime, robustAddress, delegated)
        if (existing) {
          const current = runtime.codeOf(id)
          if (current === undefined) {
            throw abort(ExitCode.USR_FORBIDDEN, 'cannot redeploy a deleted actor')
          }
          if (!current.equals(runtime.codeFor('placeholder'))) {
            throw abort(ExitCode.USR_FORBIDDEN, 'cannot replace an existing non-placeholder actor')
          }
        }
        return construct(runtime, code, id, robustAddress, delegated, constructorParams)
      },
    }),
  },
  wasm: wasmCost({
    base: 41_800,
    rows: {
      '1/18': 58_270,
      '2/0': 71_380,
      '2/16': 61_970,
      '2/17': 60_180,
      '2/18': 98_730,
      '2/21': 57_960,
      '2/23': 62_660,
      '3/0': 78_400,
      '3/16': 63_840,
      '3/18': 65_890,
      '3/21': 69_130,
      '3/33': 73_170,
      '3/34': 64_580,
      '3/35': 66_290,
      '3/36': 67_160,
    },
    exits: {
      38: 73_630,
    },
    read: { item: 9_150 },
    nodesRead: { item: 4_460 },
    written: {},
    nodesWritten: { block: 30_110, byte: 8.3 },
    hash: 6_750,
    call: 10_070,
    paramsByte: 0.1,
  }),
} satisfies ActorSpec

export const init = defineActor(spec)

type ExecPolicy = (runtime: Runtime, caller: CID, code: CID) => boolean

/**
 * Init for a chain of one's own.
 * @param isInstalled whether Exec makes actors of a code that is no built-in actor's
 */
export function permissiveInit(isInstalled: (runtime: Runtime, code: CID) => boolean): NativeActor {
  const policy: ExecPolicy = (runtime, caller, code) =>
    canExec(runtime, caller, code) || isInstalled(runtime, code)
  return defineActor({ ...spec, methods: { ...spec.methods, [String(Exec)]: exec(policy) } })
}

function exec(mayExec: ExecPolicy): Method {
  return on({
    params: execParams,
    returns: execReturn,
    callers: 'any',
    run(runtime, { code, constructorParams }) {
      const caller = runtime.codeOf(runtime.message.caller)
      if (caller === undefined) throw abort(ExitCode.USR_ILLEGAL_STATE, 'no code for caller')
      if (!mayExec(runtime, caller, code)) {
        throw abort(ExitCode.USR_FORBIDDEN, `called type ${caller} cannot exec actor type ${code}`)
      }
      const robustAddress = runtime.kernel.nextActorAddress()
      const { id } = assign(runtime, robustAddress, undefined)
      return construct(runtime, code, id, robustAddress, undefined, constructorParams)
    },
  })
}

/** Multisigs and payment channels by anybody, miners by the power actor. */
function canExec(runtime: Runtime, caller: CID, code: CID): boolean {
  const type = runtime.builtinType(code)
  if (type === 'multisig' || type === 'paymentchannel') return true
  return type === 'storageminer' && runtime.builtinType(caller) === 'storagepower'
}

/** Maps the robust address, and the delegated one if any, to an id: a new one unless it has one. */
function assign(
  runtime: Runtime,
  robust: Address,
  delegated: Address | undefined,
): { id: ActorId; existing: boolean } {
  return runtime.transaction(initStateCodec, (state) => {
    const map = Hamt.load(runtime.store, state.addressMap, uint, mapOptions(runtime))
    const known = delegated === undefined ? undefined : map.get(delegated.bytes)
    const id = known ?? state.nextId
    if (known === undefined && delegated !== undefined) map.set(delegated.bytes, id)
    if (!map.setIfAbsent(robust.bytes, id)) {
      throw abort(ExitCode.USR_FORBIDDEN, `robust address ${robust} is already allocated`)
    }
    const nextId = known === undefined ? state.nextId + 1 : state.nextId
    return {
      state: { ...state, addressMap: map.flush(), nextId },
      result: { id, existing: known !== undefined },
    }
  })
}

function construct(
  runtime: Runtime,
  code: CID,
  id: ActorId,
  robustAddress: Address,
  delegated: Address | undefined,
  constructorParams: Uint8Array,
) {
  try {
    runtime.kernel.createActor(code, id, delegated)
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error
    const codes: Partial<Record<Errno, ExitCode>> = {
      [Errno.IllegalArgument]: ExitCode.USR_ILLEGAL_ARGUMENT,
      [Errno.Forbidden]: ExitCode.USR_FORBIDDEN,
    }
    throw abort(codes[error.errno] ?? ExitCode.USR_ASSERTION_FAILED, error.message)
  }
  const idAddress = Address.id(id)
  const isEmpty = constructorParams.length === 0
  const params = isEmpty ? undefined : { codec: Codec.CBOR, data: constructorParams }
  runtime.call(idAddress, METHOD_CONSTRUCTOR, params, { value: runtime.message.value })
  return { idAddress, robustAddress }
}
