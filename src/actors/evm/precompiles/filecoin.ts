// biome-ignore-all lint/complexity/useSimpleNumberKeys: addresses are hexadecimal
/**
 * The Filecoin precompiles fe…01 to fe…06 (FIP-0054, FIP-0095): addresses, calls to actors,
 * randomness. fe…04 is not bound on mainnet.
 */
import { Address, AddressError } from '../../../address/address.ts'
import { concat, EMPTY, fromBigIntPadded, toBigInt } from '../../../base/bytes.ts'
import { SyscallError, Trap } from '../../../fvm/errors.ts'
import { Codec } from '../../../ipld/cid.ts'
import { ExitCode } from '../../../protocol/exit-code.ts'
import { METHOD_SEND } from '../../../protocol/method.ts'
import type { IpldBlock } from '../../runtime.ts'
import type { Frame } from '../frame.ts'
import { bytesAt, uintAt } from './input.ts'
import type { PrecompileCall } from './lookup.ts'

export interface FilecoinPrecompile {
  readonly name: string
  /** undefined: failure. */
  run(frame: Frame, call: PrecompileCall): Uint8Array | undefined
}

/** Numbers of methods that contracts keep for themselves. */
const MAX_RESERVED_METHOD = 1_023n
/** Of call_actor's words: method, value and flags; the others and the length of the params. */
const HEAD_SIZE = 96
const BODY_SIZE = 128
/** 512 MiB (network limit). */
const MAX_INSTANCE_MEMORY = 2 ** 29

/** Modelled wasm gas of the whole CALL, DELEGATECALL or STATICCALL opcode. */
const gas = {
  /** Any call, whatever its input. */
  call: 8_600,
  /** Each byte of a word that is there. */
  wordByte: 80,

  address: 700,
  addressParsed: 3_520,
  addressDelegated: 2_360,
  idFound: 3_250,
  delegatedAddress: 7_060,
  randomness: 2_490,

  // call_actor and call_actor_id
  callWordByte: 64,
  /** The target is an address, not an id. */
  callAddress: 4_330,
  callSend: 20_900,
  callSuccess: 8_000,
  callData: 4_300,
  /** Zeros behind the input are written out: filled, on new pages. */
  paddingByte: 0.8,
} as const

const resolveAddress: FilecoinPrecompile = {
  name: 'resolve_address',
  run({ runtime }, { input }) {
    runtime.wasm(gas.call + gas.address)
    const address = parseAddress(input)
    if (address === undefined) return undefined
    const isDelegated = address.delegated !== undefined
    runtime.wasm(gas.addressParsed + (isDelegated ? gas.addressDelegated : 0))
    const idAddress = address.protocol === 0 ? uintOfId(address) : undefined
    if (idAddress !== undefined) return word(idAddress)
    const id = runtime.resolveAddress(address)
    if (id === undefined) return EMPTY
    runtime.wasm(gas.idFound)
    return word(BigInt(id))
  },
}

const lookupDelegatedAddress: FilecoinPrecompile = {
  name: 'lookup_delegated_address',
  run({ runtime }, { input }) {
    runtime.wasm(gas.call + wordGas(input))
    const id = uintAt(input, 0)
    if (id > 0xffff_ffff_ffff_ffffn) return undefined
    // no actor has an id above the safe range, so asking for one answers the same
    const safe = Number(id < BigInt(Number.MAX_SAFE_INTEGER) ? id : BigInt(Number.MAX_SAFE_INTEGER))
    const address = runtime.lookupDelegatedAddress(safe)
    if (address === undefined) return EMPTY
    runtime.wasm(gas.delegatedAddress)
    return address.bytes
  },
}

const getRandomness: FilecoinPrecompile = {
  name: 'get_randomness',
  run({ runtime }, { input }) {
    runtime.wasm(gas.call + wordGas(input))
    const word = uintAt(input, 0)
    // an i64 behind 24 zero bytes
    if (word > 0xffff_ffff_ffff_ffffn) return undefined
    runtime.wasm(gas.randomness)
    return runtime.beaconRandomness(Number(BigInt.asIntN(64, word)))
  },
}

const callActor: FilecoinPrecompile = {
  name: 'call_actor',
  run: (frame, call) =>
    callShared(frame, call, (input) => {
      frame.runtime.wasm(gas.callAddress)
      const offset = Number(uintAt(input, 160))
      const length = smallUint(input, offset, 32)
      if (length === undefined) return undefined
      return parseAddress(padded(frame, input, offset + 32, length))
    }),
}

const callActorId: FilecoinPrecompile = {
  name: 'call_actor_id',
  run: (frame, call) => callShared(frame, call, (input) => Address.id(uintAt(input, 160))),
}

export const filecoinPrecompiles: Readonly<Partial<Record<number, FilecoinPrecompile>>> = {
  0x01: resolveAddress,
  0x02: lookupDelegatedAddress,
  0x03: callActor,
  0x05: callActorId,
  0x06: getRandomness,
}

/**
 *     abi: uint64 method, uint256 value, uint64 flags, uint64 codec, bytes params, address or id
 *     → int256 exit code (or minus the errno), uint64 codec, bytes data
 *
 * Only by DELEGATECALL, so that the value is the contract's own.
 */
function callShared(
  frame: Frame,
  { kind, gas: callGas, input }: PrecompileCall,
  target: (input: Uint8Array) => Address | undefined,
): Uint8Array | undefined {
  const { system, runtime } = frame
  runtime.wasm(gas.call)
  if (kind !== 'delegatecall') return undefined
  runtime.wasm(gas.callWordByte * Math.min(HEAD_SIZE, input.length))
  const method = uint64At(input, 0)
  const value = uintAt(input, 32)
  const flags = uint64At(input, 64)
  const codec = uint64At(input, 96)
  const paramsOffset = smallUint(input, 128, 32)
  const idOrOffset = uint64At(input, 160)
  if (method === undefined || flags === undefined || flags > 1n || codec === undefined) {
    return undefined
  }
  if (paramsOffset === undefined || idOrOffset === undefined) return undefined
  const paramsLength = smallUint(input, paramsOffset, 32)
  if (paramsLength === undefined) return undefined
  runtime.wasm(gas.callWordByte * Math.min(BODY_SIZE, Math.max(0, input.length - HEAD_SIZE)))
  const data = padded(frame, input, paramsOffset + 32, paramsLength)
  const address = target(input)
  if (address === undefined) return undefined
  if (method <= MAX_RESERVED_METHOD && method !== METHOD_SEND) return undefined

  let params: IpldBlock | undefined
  if (codec === BigInt(Codec.CBOR)) params = { codec: Codec.CBOR, data }
  else if (codec !== 0n || data.length > 0) return undefined

  runtime.wasm(gas.callSend)
  try {
    const gasLimit = system.callGasLimit(callGas)
    const options = { value, gasLimit, flags: Number(flags) }
    const { exitCode, data } = system.send(address, method, params, options)
    if (exitCode === ExitCode.OK) runtime.wasm(gas.callSuccess)
    if (data !== undefined) runtime.wasm(gas.callData)
    return reply(BigInt(exitCode), data)
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error
    return reply(BigInt.asUintN(256, -BigInt(error.errno)), undefined)
  }
}

function reply(exitCode: bigint, block: IpldBlock | undefined): Uint8Array {
  const data = block?.data ?? EMPTY
  const padding = new Uint8Array((32 - (data.length % 32)) % 32)
  const head = [exitCode, BigInt(block?.codec ?? 0), 96n, BigInt(data.length)].map(word)
  return concat(...head, data, padding)
}

function parseAddress(bytes: Uint8Array): Address | undefined {
  try {
    return Address.fromBytes(bytes.slice())
  } catch (error) {
    if (error instanceof AddressError) return undefined
    throw error
  }
}

function uintOfId(address: Address): bigint | undefined {
  return address.actorId === undefined ? undefined : BigInt(address.actorId)
}

/**
 * As {@link bytesAt}, for lengths that the caller chose: what lies behind the input is paid for
 * before it is there. @throws Trap beyond the memory that an instance can have. @throws OutOfGas
 */
function padded({ runtime }: Frame, input: Uint8Array, offset: number, length: number): Uint8Array {
  if (offset + length > input.length) {
    if (length > MAX_INSTANCE_MEMORY) throw new Trap('out of memory')
    runtime.wasm(gas.paddingByte * length)
  }
  return bytesAt(input, offset, length)
}

function wordGas(input: Uint8Array): number {
  return gas.wordByte * Math.min(32, input.length)
}

function word(value: bigint): Uint8Array {
  return fromBigIntPadded(value, 32)
}

/** A word that must fit 64 bits. */
function uint64At(input: Uint8Array, offset: number): bigint | undefined {
  const value = uintAt(input, offset)
  return value > 0xffff_ffff_ffff_ffffn ? undefined : value
}

/** A word that must fit `bits` bits and then is a length or offset. */
function smallUint(input: Uint8Array, offset: number, bits: 32): number | undefined {
  const value = toBigInt(bytesAt(input, offset, 32))
  return value >= 1n << BigInt(bits) ? undefined : Number(value)
}
