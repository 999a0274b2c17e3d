/** f010, the Ethereum Address Manager: deploys contracts to f410 addresses. No state. */
import { Address, EAM_NAMESPACE } from '../../address/address.ts'
import { type EthAddress, f410Payload, isMaskedId, maskedId } from '../../address/eth-address.ts'
import { concat } from '../../base/bytes.ts'
import { SEND_READ_ONLY } from '../../fvm/kernel.ts'
import { Codec } from '../../ipld/cid.ts'
import { address, bytes } from '../../ipld/codec.ts'
import { EAM_ACTOR, INIT_ACTOR } from '../../protocol/builtin.ts'
import { createAddressInput } from '../../protocol/create-address.ts'
import { ExitCode } from '../../protocol/exit-code.ts'
import { Exec4, exec4Params, execReturn } from '../../protocol/init.ts'
import { PubkeyAddress } from '../account/actor.ts'
import { defineActor, on, onNothing } from '../define.ts'
import {
  type CreateReturn,
  constructorParams,
  create2Params,
  createParams,
  createReturn,
} from '../evm/create-params.ts'
import { Resurrect } from '../evm/methods.ts'
import { abort, decodeBlock, type Runtime } from '../runtime.ts'
import { wasmCost } from '../wasm-cost.ts'

const KECCAK = 0x1b
/** Modelled wasm gas of going through Init, which a resurrection does not. */
const EXEC4_GAS = 33_000

export const eam = defineActor({
  name: 'eam',
  restrictInternal: false,
  methods: {
    // Constructor
    1: onNothing({
      callers: 'system',
      run({ message: { receiver } }) {
        if (receiver === EAM_ACTOR) return
        const reason = `The Ethereum Address Manager must be deployed at ${EAM_ACTOR}`
        throw abort(ExitCode.USR_FORBIDDEN, `${reason}, was deployed at ${receiver}`)
      },
    }),
    // Create: the address of CREATE
    2: on({
      params: createParams,
      returns: createReturn,
      callers: { type: 'evm' },
      run(runtime, { initcode, nonce }) {
        const creator = ethAddressOf(runtime, runtime.message.caller)
        const target = hash20(runtime, createAddressInput(creator, nonce))
        return deploy(runtime, creator, target, initcode)
      },
    }),
    // Create2: the address of CREATE2 (EIP-1014)
    3: on({
      params: create2Params,
      returns: createReturn,
      callers: { type: 'evm' },
      run(runtime, { initcode, salt }) {
        const creator = ethAddressOf(runtime, runtime.message.caller)
        const initcodeHash = runtime.hash(KECCAK, initcode)
        const input = concat(Uint8Array.of(0xff), creator, salt, initcodeHash)
        return deploy(runtime, creator, hash20(runtime, input), initcode)
      },
    }),
    // CreateExternal: a deployment by an account, at CREATE's address for the message's nonce
    4: on({
      params: bytes,
      returns: createReturn,
      callers: 'origin',
      run(runtime, initcode) {
        const { creator, stable } = externalCreator(runtime)
        const target = hash20(runtime, createAddressInput(stable, runtime.message.nonce))
        return deploy(runtime, creator, target, initcode)
      },
    }),
  },
  wasm: wasmCost({
    base: 41_646,
    rows: {
      '1/0': 44_000,
      '1/18': 45_300,
      '2/0': 90_900,
      '2/16': 64_200,
      '2/18': 69_900,
      '2/33': 69_300,
      '2/34': 64_200,
      '2/35': 64_200,
      '2/36': 64_200,
      '3/0': 75_000,
      '3/16': 48_000,
      '3/18': 68_200,
      '3/33': 48_700,
      '3/34': 48_100,
      '4/0': 90_400,
      '4/16': 65_000,
      '4/21': 55_300,
      '4/33': 69_100,
      '4/34': 64_700,
      '4/36': 64_700,
    },
    hash: 10_970,
    paramsByte: 2.6,
    unrestricted: true,
  }),
})

function hash20(runtime: Runtime, data: Uint8Array): EthAddress {
  return runtime.hash(KECCAK, data).slice(12)
}

function ethAddressOf(runtime: Runtime, id: number): EthAddress {
  const found = f410Payload(runtime.lookupDelegatedAddress(id))
  if (found === undefined) {
    throw abort(ExitCode.USR_FORBIDDEN, "caller doesn't have an eth address")
  }
  return found
}

/** Who CALLER is inside the initcode, and from which address the new one derives. */
function externalCreator(runtime: Runtime): { creator: EthAddress; stable: EthAddress } {
  const { caller } = runtime.message
  const code = runtime.codeOf(caller)
  const type = code && runtime.builtinType(code)
  if (type === 'ethaccount') {
    const own = ethAddressOf(runtime, caller)
    return { creator: own, stable: own }
  }
  if (type !== 'account') {
    throw abort(ExitCode.USR_FORBIDDEN, `disallowed caller type ${type ?? code}`)
  }
  const flags = SEND_READ_ONLY
  const key = decodeBlock(
    runtime.call(Address.id(caller), PubkeyAddress, undefined, { flags }),
    address,
  )
  return { creator: maskedId(caller), stable: hash20(runtime, key.bytes) }
}

/** Zero, masked ids and the precompiles' range cannot be deployed to. */
function isReserved(target: EthAddress): boolean {
  const prefix = target[0]
  const isPrecompile = (prefix === 0 || prefix === 0xfe) && target.subarray(1, 19).every((b) => !b)
  return isPrecompile || isMaskedId(target)
}

function deploy(
  runtime: Runtime,
  creator: EthAddress,
  target: EthAddress,
  initcode: Uint8Array,
): CreateReturn {
  if (isReserved(target)) {
    throw abort(ExitCode.USR_FORBIDDEN, 'cannot create address with a reserved prefix')
  }
  const params = constructorParams.encode({ creator, initcode })
  const { value } = runtime.message
  const delegated = Address.delegated(EAM_NAMESPACE, target)
  const existing = runtime.resolveAddress(delegated)
  if (existing !== undefined) {
    const code = runtime.codeOf(existing)
    const type = code && runtime.builtinType(code)
    if (type === 'evm') {
      const block = { codec: Codec.CBOR, data: params }
      runtime.call(Address.id(existing), Resurrect, block, { value })
      return { actorId: existing, robustAddress: null, ethAddress: target }
    }
    if (type !== 'placeholder') {
      throw abort(ExitCode.USR_FORBIDDEN, 'cannot deploy contract over existing contract')
    }
  }
  runtime.wasm(EXEC4_GAS)
  const exec = { code: runtime.codeFor('evm'), constructorParams: params, subaddress: target }
  const block = { codec: Codec.CBOR, data: exec4Params.encode(exec) }
  const returned = runtime.call(Address.id(INIT_ACTOR), Exec4, block, { value })
  const { idAddress, robustAddress } = decodeBlock(returned, execReturn)
  return { actorId: idAddress.actorId!, robustAddress, ethAddress: target }
}
