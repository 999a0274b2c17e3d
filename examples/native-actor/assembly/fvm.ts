/**
 * The syscalls of the FVM that the example uses, and what is needed around them. A syscall returns
 * 0 or an error number; where it has a result, it is written to its first parameter.
 * All of them: https://docs.rs/fvm_sdk
 */

@external("vm", "exit")
declare function vm_exit(code: u32, block: u32, message: usize, length: u32): u32
@external("vm", "message_context")
declare function vm_message_context(out: usize): u32
@external("ipld", "block_open")
declare function ipld_block_open(out: usize, cid: usize): u32
@external("ipld", "block_create")
declare function ipld_block_create(out: usize, codec: u64, data: usize, length: u32): u32
@external("ipld", "block_read")
declare function ipld_block_read(out: usize, id: u32, offset: u32, to: usize, length: u32): u32
@external("ipld", "block_stat")
declare function ipld_block_stat(out: usize, id: u32): u32
@external("ipld", "block_link")
declare function ipld_block_link(out: usize, id: u32, hash: u64, size: u32, cid: usize, max: u32): u32
@external("self", "root")
declare function self_root(out: usize, cid: usize, max: u32): u32
@external("self", "set_root")
declare function self_set_root(cid: usize): u32
@external("crypto", "hash")
declare function crypto_hash(out: usize, code: u64, data: usize, size: u32, digest: usize, max: u32): u32
@external("event", "emit_event")
declare function event_emit_event(
  entries: usize, count: u32, keys: usize, keysLength: u32, values: usize, valuesLength: u32,
): u32
@external("send", "send")
declare function send_send(
  out: usize, to: usize, toLength: u32, method: u64, params: u32,
  valueHigh: u64, valueLow: u64, gasLimit: u64, flags: u64,
): u32

export const CBOR: u64 = 0x51
export const DAG_CBOR: u64 = 0x71
const RAW: u64 = 0x55
const BLAKE2B_256: u64 = 0xb220
const KECCAK_256: u64 = 0x1b
const ALL_GAS: u64 = u64.MAX_VALUE

/** Exit codes of the caller's mistakes. */
export const ILLEGAL_ARGUMENT: u32 = 16
export const FORBIDDEN: u32 = 18
export const UNHANDLED_MESSAGE: u32 = 22
const ASSERTION_FAILED: u32 = 24

export const INIT_ACTOR: u64 = 1
/** By which contracts are called; the params are one CBOR byte string of calldata. */
const INVOKE_EVM: u64 = 3844450837

const result = memory.data(128)
const cid = memory.data(100)
const buffer = memory.data(1024)
const context = memory.data(80)

/** Ends the invocation; what it has changed is taken back. */
export function abort(code: u32): void {
  vm_exit(code, 0, 0, 0)
}

function check(errno: u32): void {
  if (errno != 0) abort(ASSERTION_FAILED)
}

/** Id of the actor that has called. */
export function caller(): u64 {
  check(vm_message_context(context))
  return load<u64>(context, 16)
}

export function method(): u64 {
  check(vm_message_context(context))
  return load<u64>(context, 32)
}

/** @returns where the bytes of a block are, until the next block is read */
export function read(block: u32): usize {
  check(ipld_block_stat(result, block))
  const size = load<u32>(result, 8)
  if (size > 1024) abort(ILLEGAL_ARGUMENT)
  check(ipld_block_read(result, block, 0, buffer, size))
  return buffer
}

/** @returns the block's number */
export function create(codec: u64, data: usize, length: u32): u32 {
  check(ipld_block_create(result, codec, data, length))
  return load<u32>(result)
}

/** The state's only block. @returns where its bytes are */
export function loadState(): usize {
  check(self_root(result, cid, 100))
  check(ipld_block_open(result, cid))
  return read(load<u32>(result, 8))
}

export function saveState(data: usize, length: u32): void {
  const block = create(DAG_CBOR, data, length)
  check(ipld_block_link(result, block, BLAKE2B_256, 32, cid, 100))
  check(self_set_root(cid))
}

/** An unsigned number as CBOR has it, in its longest form. */
export function writeUint(at: usize, value: u64): u32 {
  store<u8>(at, 0x1b)
  store<u64>(at + 1, bswap<u64>(value))
  return 9
}

/** Any form of an unsigned number. */
export function readUint(at: usize): u64 {
  const head = load<u8>(at)
  if (head < 24) return head
  if (head == 24) return load<u8>(at + 1)
  if (head == 25) return bswap<u16>(load<u16>(at + 1))
  if (head == 26) return bswap<u32>(load<u32>(at + 1))
  if (head == 27) return bswap<u64>(load<u64>(at + 1))
  abort(ILLEGAL_ARGUMENT)
  return 0
}

/** A word of Solidity's ABI: 32 bytes, big-endian. */
export function writeWord(at: usize, value: u64): void {
  memory.fill(at, 0, 24)
  store<u64>(at + 24, bswap<u64>(value))
}

/** First `max` bytes of the Keccak-256 digest of a Solidity signature. */
export function solidityHash(signature: string, at: usize, max: u32): void {
  const text = String.UTF8.encode(signature)
  check(crypto_hash(result, KECCAK_256, changetype<usize>(text), text.byteLength, at, max))
}

/**
 * An event that Ethereum tools see as a log: keys t1 to t4 are topics, d is data.
 * Entry: u64 flags, u64 codec, u32 length of the key, u32 length of the value.
 */
export function emitLog(topic: usize, data: usize, length: u32): void {
  const entries = buffer
  const keys = buffer + 48
  const values = buffer + 64
  store<u64>(entries, 3) // key and value are indexed
  store<u64>(entries + 8, RAW)
  store<u32>(entries + 16, 2)
  store<u32>(entries + 20, 32)
  store<u64>(entries + 24, 3)
  store<u64>(entries + 32, RAW)
  store<u32>(entries + 40, 1)
  store<u32>(entries + 44, length)
  store<u8>(keys, 0x74) // t
  store<u8>(keys + 1, 0x31) // 1
  store<u8>(keys + 2, 0x64) // d
  memory.copy(values, topic, 32)
  memory.copy(values + 32, data, length)
  check(event_emit_event(entries, 2, keys, 3, values, 32 + length))
}

/** Calls a contract by its actor's id. @returns the exit code */
export function callContract(id: u64, calldata: usize, length: u32): u32 {
  // CBOR: 0x58 is a byte string whose length is the next byte
  const params = buffer
  store<u8>(params, 0x58)
  store<u8>(params + 1, <u8>length)
  memory.copy(params + 2, calldata, length)
  const block = create(CBOR, params, length + 2)
  // an f0 address: 0 and the id as LEB128
  const address = buffer + 512
  store<u8>(address, 0)
  let size: u32 = 1
  for (let rest = id; ; rest >>= 7) {
    store<u8>(address + size++, <u8>(rest & 0x7f) | (rest > 0x7f ? 0x80 : 0))
    if (rest <= 0x7f) break
  }
  check(send_send(result, address, size, INVOKE_EVM, block, 0, 0, ALL_GAS, 0))
  return load<u32>(result)
}
