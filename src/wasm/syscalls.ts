/**
 * The functions that modules may import: the kernel's operations in the shape of WebAssembly
 * (kernel spec 7). A row says what goes in, how many bytes of result come out, and what is done;
 * a result is written where an additional first parameter points to, the function itself returns
 * an error number or 0.
 */
import { isUtf8 } from 'node:buffer'
import type { ActorId } from '../address/address.ts'
import { fromUtf8 } from '../base/bytes.ts'
import { MAX_BLOCK_SIZE } from '../fvm/block.ts'
import { Errno, SyscallError } from '../fvm/errors.ts'
import { BLS_PUBLIC_KEY, EVENT_ENTRY_SIZE, type Kernel, type SendResult } from '../fvm/kernel.ts'
import { CborError } from '../ipld/cbor.ts'
import { type Codec, list } from '../ipld/codec.ts'
import {
  aggregateSealVerifyProofAndInfos,
  pieceInfo,
  replicaUpdateInfo,
  sealVerifyInfo,
  sectorSize,
  windowPoStVerifyInfo,
} from '../protocol/proofs.ts'
import { type ActorMemory, BadArgument } from './actor-memory.ts'

export type Argument = number | bigint

/** What V8 hands over: i32 as signed numbers, i64 as signed big integers. */
type Arguments<Params extends string> = Params extends `i${infer Rest}`
  ? [number, ...Arguments<Rest>]
  : Params extends `I${infer Rest}`
    ? [bigint, ...Arguments<Rest>]
    : []

type Run<Args extends unknown[]> = (kernel: Kernel, memory: ActorMemory, ...args: Args) => void

export interface Syscall {
  /** Types of the parameters without the one for the result: `i` i32, `I` i64. */
  readonly params: string
  /** Bytes of the result. */
  readonly result: number
  readonly run: Run<Argument[]>
}

/** Modules whose import has other types than `params` are refused, so `run` gets what it expects. */
export function syscall<Params extends string>(
  params: Params,
  result: number,
  run: Run<Arguments<Params>>,
): Syscall {
  return { params, result, run: run as unknown as Syscall['run'] }
}

const U32 = 4
const U64 = 8
const U128 = 16
const BLS_SIGNATURE = 96
const SECP_PUBLIC_KEY = 65
const SECP_SIGNATURE = 65
const HASH = 32
const ACTOR_ADDRESS = 21

/** Of a message that an actor gives up with. */
const MAX_EXIT_MESSAGE = 1_024

/** The value of an i32 for "yes" and "no". */
const verdict = (holds: boolean) => (holds ? 0 : -1)

/** What is above the ids that JavaScript can count does not exist, like the last one below. */
function actorId(value: bigint): ActorId {
  const id = BigInt.asUintN(64, value)
  return id > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(id)
}

const uint64 = (value: bigint) => BigInt.asUintN(64, value)

const EVERYTHING_LEFT = 0xffff_ffff_ffff_ffffn

/** By module and name. */
export type SyscallTable = Readonly<Record<string, Readonly<Record<string, Syscall>>>>

/** For actors since v12. */
export const syscalls: SyscallTable = {
  vm: {
    exit: syscall('iiii', 0, (kernel, memory, code, block, at, length) =>
      kernel.exit(code >>> 0, block >>> 0, exitMessage(memory, at, length)),
    ),
    message_context: syscall('', 6 * U64 + 2 * U128, (kernel, memory) => {
      const context = kernel.messageContext()
      memory.u64(context.origin).u64(context.nonce).u64(context.caller).u64(context.receiver)
      memory.u64(context.method).u128(context.value).u128(context.gasPremium)
      memory.u64(context.readOnly ? 1 : 0)
    }),
  },
  network: {
    context: syscall('', 3 * U64 + U128 + U32, (kernel, memory) => {
      const { epoch, timestamp, baseFee, chainId, networkVersion } = kernel.networkContext()
      memory.u64(epoch).u64(timestamp).u128(baseFee).u64(chainId).u32(networkVersion)
    }),
    tipset_cid: syscall('Iii', U32, (kernel, memory, epoch, at, length) => {
      memory.reserve(at, length)
      const cid = kernel.tipsetCid(Number(epoch))
      memory.u32(memory.writeInto(at, length, cid.bytes))
    }),
    total_fil_circ_supply: syscall('', U128, (kernel, memory) => {
      memory.u128(kernel.totalFilCircSupply())
    }),
  },
  ipld: {
    block_open: syscall('i', U64 + 2 * U32, (kernel, memory, at) => {
      const { codec, id, size } = kernel.blockOpen(memory.cid(at))
      memory.u64(codec).u32(id).u32(size)
    }),
    block_create: syscall('Iii', U32, (kernel, memory, codec, at, length) => {
      const data = memory.bytes(at, length)
      // what is too large is refused and need not be copied
      const block = data.length > MAX_BLOCK_SIZE ? data : data.slice()
      memory.u32(kernel.blockCreate(Number(uint64(codec)), block))
    }),
    block_read: syscall('iiii', U32, (kernel, memory, id, offset, at, length) => {
      memory.reserve(at, length)
      const { data, remaining } = kernel.blockRead(id >>> 0, offset >>> 0, length >>> 0)
      memory.write(at, data)
      memory.u32(remaining)
    }),
    block_stat: syscall('i', U64 + U32, (kernel, memory, id) => {
      const { codec, size } = kernel.blockStat(id >>> 0)
      memory.u64(codec).u32(size)
    }),
    block_link: syscall('iIiii', U32, (kernel, memory, id, hash, hashLength, at, length) => {
      memory.reserve(at, length)
      const cid = kernel.blockLink(id >>> 0, Number(uint64(hash)), hashLength >>> 0)
      memory.u32(memory.writeInto(at, length, cid.bytes))
    }),
  },
  self: {
    root: syscall('ii', U32, (kernel, memory, at, length) => {
      memory.reserve(at, length)
      memory.u32(memory.writeInto(at, length, kernel.root().bytes))
    }),
    set_root: syscall('i', 0, (kernel, memory, at) => kernel.setRoot(memory.cid(at))),
    current_balance: syscall('', U128, (kernel, memory) => {
      memory.u128(kernel.currentBalance())
    }),
    self_destruct: syscall('i', 0, (kernel, _memory, burn) => kernel.selfDestruct(burn !== 0)),
  },
  actor: {
    resolve_address: syscall('ii', U64, (kernel, memory, at, length) => {
      memory.u64(kernel.resolveAddress(memory.address(at, length)))
    }),
    lookup_delegated_address: syscall('Iii', U32, (kernel, memory, id, at, length) => {
      memory.reserve(at, length)
      const address = kernel.lookupDelegatedAddress(actorId(id))
      memory.u32(address === undefined ? 0 : memory.writeInto(at, length, address.bytes))
    }),
    get_actor_code_cid: syscall('Iii', U32, (kernel, memory, id, at, length) => {
      memory.reserve(at, length)
      const code = kernel.getActorCodeCid(actorId(id))
      memory.u32(memory.writeInto(at, length, code.bytes))
    }),
    get_builtin_actor_type: syscall('i', U32, (kernel, memory, at) => {
      memory.u32(kernel.getBuiltinActorType(memory.cid(at)))
    }),
    get_code_cid_for_type: syscall('iii', U32, (kernel, memory, type, at, length) => {
      memory.reserve(at, length)
      const code = kernel.getCodeCidForType(type >>> 0)
      memory.u32(memory.writeInto(at, length, code.bytes))
    }),
    next_actor_address: syscall('ii', U32, (kernel, memory, at, length) => {
      memory.reserve(at, length)
      if (length >>> 0 < ACTOR_ADDRESS) {
        kernel.chargeSyscall()
        throw new SyscallError(Errno.BufferTooSmall, 'an address takes 21 bytes')
      }
      memory.u32(memory.writeInto(at, length, kernel.nextActorAddress().bytes))
    }),
    create_actor: syscall('Iiii', 0, (kernel, memory, id, code, at, length) => {
      const codeCid = memory.cid(code)
      const delegated = length === 0 ? undefined : memory.address(at, length)
      kernel.createActor(codeCid, actorId(id), delegated)
    }),
    balance_of: syscall('I', U128, (kernel, memory, id) => {
      memory.u128(kernel.balanceOf(actorId(id)))
    }),
  },
  crypto: {
    hash: syscall('Iiiii', U32, (kernel, memory, code, data, size, at, length) => {
      memory.reserve(at, length)
      const digest = kernel.hash(Number(uint64(code)), memory.bytes(data, size))
      const written = digest.subarray(0, length >>> 0)
      memory.write(at, written)
      memory.u32(written.length)
    }),
    verify_signature: syscall(
      'iiiiiii',
      U32,
      (
        kernel,
        memory,
        type,
        signature,
        signatureLength,
        signer,
        signerLength,
        text,
        textLength,
      ) => {
        if (type !== 1 && type !== 2) throw new BadArgument(`signature type ${type}`)
        const bytes = memory.copy(signature, signatureLength)
        const address = memory.address(signer, signerLength)
        const plaintext = memory.copy(text, textLength)
        memory.u32(verdict(kernel.verifySignature(type, bytes, address, plaintext)))
      },
    ),
    recover_secp_public_key: syscall('ii', SECP_PUBLIC_KEY, (kernel, memory, hash, signature) => {
      const digest = memory.copy(hash, HASH)
      memory.raw(kernel.recoverSecpPublicKey(digest, memory.copy(signature, SECP_SIGNATURE)))
    }),
    verify_bls_aggregate: syscall(
      'iiiii',
      U32,
      (kernel, memory, count, at, keys, texts, lengths) => {
        const signature = memory.bytes(at, BLS_SIGNATURE)
        const publicKeys = memory.array(keys, count, BLS_PUBLIC_KEY)
        const sizes = new Uint32Array(memory.array(lengths, count, U32).slice().buffer)
        const plaintexts = memory.array(
          texts,
          sizes.reduce((sum, size) => sum + size, 0),
          1,
        )
        memory.u32(verdict(kernel.verifyBlsAggregate(signature, publicKeys, plaintexts, sizes)))
      },
    ),
    compute_unsealed_sector_cid: syscall(
      'Iiiii',
      U32,
      (kernel, memory, type, pieces, piecesLength, at, length) => {
        const proof = Number(type)
        if (sectorSize(proof) === undefined) throw new BadArgument(`seal proof ${type}`)
        const infos = cbor(memory, list(pieceInfo), pieces, piecesLength)
        memory.reserve(at, length)
        const cid = kernel.proofs.computeUnsealedSectorCid(proof, infos)
        memory.u32(memory.writeInto(at, length, cid.bytes))
      },
    ),
    verify_post: syscall('ii', U32, (kernel, memory, at, length) => {
      const info = cbor(memory, windowPoStVerifyInfo, at, length)
      memory.u32(verdict(kernel.proofs.verifyPoSt(info)))
    }),
    verify_consensus_fault: syscall(
      'iiiiii',
      2 * U64 + U32,
      (kernel, memory, header1, length1, header2, length2, extra, extraLength) => {
        const headers = [memory.copy(header1, length1), memory.copy(header2, length2)] as const
        const third = memory.copy(extra, extraLength)
        const fault = kernel.proofs.verifyConsensusFault(...headers, third)
        memory
          .u64(fault?.epoch ?? 0)
          .u64(fault?.target ?? 0)
          .u32(fault?.type ?? 0)
      },
    ),
    verify_aggregate_seals: syscall('ii', U32, (kernel, memory, at, length) => {
      const info = cbor(memory, aggregateSealVerifyProofAndInfos, at, length)
      memory.u32(verdict(kernel.proofs.verifyAggregateSeals(info)))
    }),
    verify_replica_update: syscall('ii', U32, (kernel, memory, at, length) => {
      const info = cbor(memory, replicaUpdateInfo, at, length)
      memory.u32(verdict(kernel.proofs.verifyReplicaUpdate(info)))
    }),
    batch_verify_seals: syscall('iii', 0, (kernel, memory, at, length, result) => {
      const infos = cbor(memory, list(sealVerifyInfo), at, length)
      memory.reserve(result, infos.length)
      const holds = kernel.proofs.batchVerifySeals(infos)
      memory.write(result, Uint8Array.from(holds, Number))
    }),
  },
  rand: {
    get_chain_randomness: syscall('I', HASH, (kernel, memory, epoch) => {
      memory.raw(kernel.chainRandomness(Number(epoch)))
    }),
    get_beacon_randomness: syscall('I', HASH, (kernel, memory, epoch) => {
      memory.raw(kernel.beaconRandomness(Number(epoch)))
    }),
  },
  event: {
    emit_event: syscall('iiiiii', 0, (kernel, memory, at, count, key, keyLength, value, length) => {
      const entries = memory.array(at, count, EVENT_ENTRY_SIZE)
      kernel.emitPackedEvent(entries, memory.bytes(key, keyLength), memory.bytes(value, length))
    }),
  },
  gas: {
    charge: syscall('iiI', 0, (kernel, memory, at, length, amount) => {
      const name = memory.bytes(at, length)
      if (!isUtf8(name)) throw new BadArgument('name is not UTF-8')
      kernel.chargeGas(fromUtf8(name), Number(uint64(amount)))
    }),
    available: syscall('', U64, (kernel, memory) => {
      memory.u64(kernel.gasAvailable())
    }),
  },
  send: {
    send: syscall(
      'iiIiIIII',
      3 * U32 + U64,
      (kernel, memory, to, toLength, method, params, valueHigh, valueLow, gasLimit, flags) => {
        const limit = uint64(gasLimit)
        const sent: SendResult = kernel.send(
          memory.address(to, toLength),
          uint64(method),
          params >>> 0,
          (uint64(valueHigh) << 64n) | uint64(valueLow),
          limit === EVERYTHING_LEFT ? undefined : Number(limit),
          // any flag that is not known is as bad as the next
          flags === 0n || flags === 1n ? Number(flags) : 2,
        )
        memory.u32(sent.exitCode).u32(sent.blockId).u64(sent.codec).u32(sent.size)
      },
    ),
  },
  debug: {
    enabled: syscall('', U32, (kernel, memory) => {
      memory.u32(verdict(kernel.debugEnabled()))
    }),
    // nobody debugs on a chain: nothing is read
    log: syscall('ii', 0, (kernel) => kernel.chargeSyscall()),
    store_artifact: syscall('iiii', 0, (kernel) => kernel.chargeSyscall()),
  },
}

function exitMessage(memory: ActorMemory, at: number, length: number): string {
  const size = length >>> 0
  if (size === 0) return 'actor aborted'
  try {
    const text = (offset: number, count: number) =>
      new TextDecoder().decode(memory.bytes((at >>> 0) + offset, count))
    memory.reserve(at, length)
    if (size <= MAX_EXIT_MESSAGE) return text(0, size)
    const half = MAX_EXIT_MESSAGE / 2
    const skipped = size - MAX_EXIT_MESSAGE
    return `${text(0, half)} ... (skipped ${skipped} bytes) ... ${text(size - half, half)}`
  } catch (error) {
    if (error instanceof BadArgument) return `failed to extract error message: ${error.message}`
    throw error
  }
}

function cbor<T>(memory: ActorMemory, codec: Codec<T>, at: number, length: number): T {
  try {
    return codec.decode(memory.bytes(at, length))
  } catch (error) {
    if (error instanceof CborError) throw new BadArgument(error.message)
    throw error
  }
}
