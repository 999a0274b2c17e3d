/**
 * One frame of EVM execution on the WebAssembly engine (assembly/index.ts).
 *
 *     start → run → Exit.HOST → (peek, drop, push, read, write) → run → … → STOP, RETURN, …
 *               → Exit.NETWORK → provide → run → …
 *
 * Everything is synchronous and deterministic. Between runs the operands of a host opcode lie on
 * the stack; the host takes them off and pushes the result.
 */
import { EMPTY } from '../../../base/bytes.ts'
import { allocated, type EngineGas, heapAt, pageGas } from '../gas-model.ts'
import type { Code } from './code.ts'
import * as layout from './layout.ts'
import { wasm } from './wasm.generated.ts'

/** How a run ends. */
export const Exit = {
  STOP: layout.EXIT_STOP,
  RETURN: layout.EXIT_RETURN,
  REVERT: layout.EXIT_REVERT,
  /** An opcode of the host's: see `opcode`. Also: the frame may go on. */
  HOST: layout.EXIT_HOST,
  OUT_OF_GAS: layout.EXIT_OUT_OF_GAS,
  /** See `failure`. */
  FAILED: layout.EXIT_FAILED,
  /** After `step()`, when the frame goes on. */
  STEP: layout.EXIT_STEP,
  /** The next opcode is the first that needs the network: `provide()` it, then go on. */
  NETWORK: layout.EXIT_NETWORK,
} as const

/** What GASPRICE, BASEFEE, TIMESTAMP, NUMBER and CHAINID answer. */
export interface NetworkWords {
  readonly gasPrice: bigint
  readonly baseFee: bigint
  readonly timestamp: bigint
  readonly epoch: number
  readonly chainId: bigint
}

export interface FrameContext {
  /** 20 bytes. */
  readonly address: Uint8Array
  /** 20 bytes. */
  readonly caller: Uint8Array
  readonly value: bigint
}

interface Engine {
  readonly memory: WebAssembly.Memory
  run(): number
  peek(index: number): void
  push(): void
  reach(end: number): number
}

/** GASLIMIT is the block gas limit of the network. */
const BLOCK_GAS_LIMIT = 10_000_000_000n
const LIMB = 64n
const PAGE = 65536
/** Capacity that the genuine actor gives to a new frame's memory. */
const FIRST_CAPACITY = 4096

const module = new WebAssembly.Module(Buffer.from(wasm, 'base64'))

export class Interpreter {
  readonly #engine: Engine
  #scratch = Buffer.alloc(0)
  #u8 = new Uint8Array()
  #u32 = new Uint32Array()
  #u64 = new BigUint64Array()
  #f64 = new Float64Array()
  #code: Code | undefined
  #returnData: Uint8Array = EMPTY

  constructor(gas: EngineGas) {
    this.#engine = new WebAssembly.Instance(module).exports as unknown as Engine
    this.#view()
    this.#u32.set(gas.costs, layout.COSTS >> 2)
    this.#setWord(layout.ENV_GASLIMIT, BLOCK_GAS_LIMIT)
  }

  /** Begins a frame; gas and kernelGas are left as they are. */
  start(code: Code, calldata: Uint8Array, frame: FrameContext): void {
    const jumpdests = layout.CODE + code.bytes.length + layout.CODE_PADDING
    const calldataAt = jumpdests + code.jumpdests.length
    const end = calldataAt + calldata.length + layout.CALLDATA_PADDING
    const memory = (end + 15) & ~15
    this.#reserve(memory + FIRST_CAPACITY)
    if (this.#code !== code) {
      this.#u8.set(code.bytes, layout.CODE)
      this.#u8.fill(0, layout.CODE + code.bytes.length, jumpdests)
      this.#u8.set(code.jumpdests, jumpdests)
      this.#code = code
    }
    this.#u8.set(calldata, calldataAt)
    this.#u8.fill(0, calldataAt + calldata.length, end)
    this.#setAddress(layout.ENV_ADDRESS, frame.address)
    this.#setAddress(layout.ENV_CALLER, frame.caller)
    this.#setWord(layout.ENV_CALLVALUE, frame.value)
    const registers = this.#u32
    registers[layout.PC >> 2] = 0
    registers[layout.SP >> 2] = layout.STACK
    registers[layout.FAILURE >> 2] = 0
    registers[layout.NETWORK_KNOWN >> 2] = 0
    registers[layout.CODE_LENGTH >> 2] = code.bytes.length
    registers[layout.JUMPDESTS >> 2] = jumpdests
    registers[layout.CALLDATA >> 2] = calldataAt
    registers[layout.CALLDATA_LENGTH >> 2] = calldata.length
    registers[layout.MEMORY >> 2] = memory
    registers[layout.MEMORY_SIZE >> 2] = 0
    registers[layout.MEMORY_CAPACITY >> 2] = FIRST_CAPACITY
    const heap = heapAt(code.bytes.length, calldata.length)
    registers[layout.HEAP_FREE >> 2] = heap.free
    registers[layout.HEAP_PAGES >> 2] = heap.pages
    this.setReturnData(EMPTY)
  }

  /** Answers NETWORK, or forestalls it. */
  provide(network: NetworkWords): void {
    this.#setWord(layout.ENV_GASPRICE, network.gasPrice)
    this.#setWord(layout.ENV_BASEFEE, network.baseFee)
    this.#setWord(layout.ENV_TIMESTAMP, network.timestamp)
    this.#setWord(layout.ENV_NUMBER, BigInt(network.epoch))
    this.#setWord(layout.ENV_CHAINID, network.chainId)
    this.#u32[layout.NETWORK_KNOWN >> 2] = 1
  }

  /** Runs, or goes on after an exit to the host. @returns an {@link Exit} */
  run(): number {
    for (;;) {
      const exit = this.#engine.run()
      if (this.#u8.length === 0) this.#view()
      if (exit === layout.EXIT_RETURN_DATA_COPY) this.#copyReturnData()
      else if (exit !== layout.EXIT_SLICE) return exit
    }
  }

  /** Runs until KECCAK256 has hashed once. @returns an {@link Exit}, STEP after the hash */
  runToHash(): number {
    this.#u32[layout.STEPS >> 2] = layout.STEPS_TO_HASH
    const exit = this.run()
    this.#u32[layout.STEPS >> 2] = 0
    return exit
  }

  /** Runs one opcode. @returns an {@link Exit}, STEP when there is a next opcode */
  step(): number {
    const { pc } = this
    this.#u32[layout.STEPS >> 2] = 1
    const exit = this.#engine.run()
    if (this.#u8.length === 0) this.#view()
    this.#u32[layout.STEPS >> 2] = 0
    if (exit === layout.EXIT_OUT_OF_GAS && this.pc !== pc) {
      // it was the next opcode that was too dear, which gets a step of its own to fail in
      this.gas += this.#u32[(layout.COSTS >> 2) + this.#u8[layout.CODE + this.pc]!]!
      return Exit.STEP
    }
    if (exit !== layout.EXIT_RETURN_DATA_COPY) return exit
    this.#copyReturnData()
    return Exit.STEP
  }

  /** Milligas left; below zero after OUT_OF_GAS. */
  get gas(): number {
    return this.#f64[layout.GAS >> 3]!
  }

  set gas(milligas: number) {
    this.#f64[layout.GAS >> 3] = milligas
  }

  /** Milligas among those taken from `gas` that are kernel charges: the hashing of KECCAK256. */
  get kernelGas(): number {
    return this.#f64[layout.KERNEL_GAS >> 3]!
  }

  set kernelGas(milligas: number) {
    this.#f64[layout.KERNEL_GAS >> 3] = milligas
  }

  /** At HOST: the opcode to answer. */
  get opcode(): number {
    return this.#u32[layout.OPCODE >> 2]!
  }

  /**
   * At FAILED: the exit code. 34..39 of the EVM actor; 24 and 4 when memory passes what the
   * genuine actor can allocate (2 GiB in a vector, 512 MiB in an instance).
   */
  get failure(): number {
    return this.#u32[layout.FAILURE >> 2]!
  }

  /** Offset of the next opcode; at FAILED and OUT_OF_GAS of the one that failed. */
  get pc(): number {
    return this.#u32[layout.PC >> 2]!
  }

  get stackDepth(): number {
    return (this.#sp - layout.STACK) >> 5
  }

  get memorySize(): number {
    return this.#u32[layout.MEMORY_SIZE >> 2]!
  }

  /** The stack word at `index` from the top. */
  peek(index: number): bigint {
    return this.#word((this.#sp >> 5) - 1 - index)
  }

  /** The same as 32 bytes, big-endian; a copy. */
  peekBytes(index: number): Uint8Array {
    this.#engine.peek(index)
    return this.#u8.slice(layout.SCRATCH, layout.SCRATCH + 32)
  }

  /** The same as a key for maps, see `bytesKey` in base/bytes.ts. */
  peekKey(index: number): string {
    this.#engine.peek(index)
    return this.#scratch.toString('latin1')
  }

  /** Its low 20 bytes; a copy. */
  peekAddress(index: number): Uint8Array {
    this.#engine.peek(index)
    return this.#u8.slice(layout.SCRATCH + 12, layout.SCRATCH + 32)
  }

  /** The word as a number, Infinity when it is above u32. For offsets and sizes. */
  peekNumber(index: number): number {
    const at = (this.#sp - 32 - (index << 5)) >> 2
    const words = this.#u32
    for (let i = 1; i < 8; i++) if (words[at + i] !== 0) return Number.POSITIVE_INFINITY
    return words[at]!
  }

  drop(count: number): void {
    this.#u32[layout.SP >> 2] = this.#sp - (count << 5)
  }

  push(word: bigint): void {
    const sp = this.#sp
    this.#setWord(sp, word)
    this.#u32[layout.SP >> 2] = sp + 32
  }

  /** @param word big-endian, 32 bytes or fewer */
  pushBytes(word: Uint8Array): void {
    const start = layout.SCRATCH + 32 - word.length
    this.#u8.fill(0, layout.SCRATCH, start)
    this.#u8.set(word, start)
    this.#engine.push()
  }

  /** @param value an integer from 0 to 2^53 - 1 */
  pushNumber(value: number): void {
    const sp = this.#sp
    const at = sp >> 2
    const words = this.#u32
    words.fill(0, at + 2, at + 8)
    words[at] = value // modulo 2^32
    words[at + 1] = value / 2 ** 32
    words[layout.SP >> 2] = sp + 32
  }

  pushBoolean(value: boolean): void {
    this.pushNumber(value ? 1 : 0)
  }

  /**
   * Makes memory reach offset + size, charging `gas`.
   * @returns Exit.HOST when the frame may go on, else FAILED or OUT_OF_GAS
   */
  expand(offset: number, size: number): number {
    if (size === 0) return Exit.HOST
    const end = offset + size
    if (end > 0xffff_ffff) {
      this.#u32[layout.FAILURE >> 2] = layout.BAD_MEMORY_ACCESS
      return Exit.FAILED
    }
    if (end <= this.memorySize) return Exit.HOST
    const exit = this.#engine.reach(end)
    if (this.#u8.length === 0) this.#view()
    return exit
  }

  /** A copy of memory within its size; any offset when `size` is 0. */
  read(offset: number, size: number): Uint8Array {
    if (size === 0) return EMPTY
    const start = this.#memory + offset
    return this.#u8.slice(start, start + size)
  }

  /** Writes within the size of memory. */
  write(offset: number, bytes: Uint8Array): void {
    if (bytes.length !== 0) this.#u8.set(bytes, this.#memory + offset)
  }

  /** Writes `size` bytes of `source` from `from` on, zeros behind its end (EXTCODECOPY). */
  writePadded(offset: number, size: number, source: Uint8Array, from: number): void {
    if (size === 0) return
    const part = source.subarray(Math.min(from, source.length))
    const bytes = part.length > size ? part.subarray(0, size) : part
    const start = this.#memory + offset
    this.#u8.set(bytes, start)
    this.#u8.fill(0, start + bytes.length, start + size)
  }

  /** What RETURNDATASIZE and RETURNDATACOPY see; kept, not copied. */
  setReturnData(bytes: Uint8Array): void {
    this.#returnData = bytes
    this.#u32[layout.RETURN_DATA_LENGTH >> 2] = bytes.length
  }

  /** For traces; not to be written to. */
  get returnData(): Uint8Array {
    return this.#returnData
  }

  /** Takes bytes from the genuine actor's heap. @returns milligas of the pages that it then needs */
  allocate(size: number): number {
    const registers = this.#u32
    const { free, grown } = allocated(registers[layout.HEAP_FREE >> 2]!, size)
    registers[layout.HEAP_FREE >> 2] = free
    registers[layout.HEAP_PAGES >> 2]! += grown
    return pageGas(grown)
  }

  /** After RETURN and REVERT. */
  output(): Uint8Array {
    const { offset, size } = this.#range()
    return this.read(offset, size)
  }

  /** All stack words, the top last; for traces. */
  stack(): bigint[] {
    const words: bigint[] = []
    for (let at = layout.STACK; at < this.#sp; at += 32) words.push(this.#word(at >> 5))
    return words
  }

  /** Bytes of linear memory that this instance holds. */
  get footprint(): number {
    return this.#u8.length
  }

  get #sp(): number {
    return this.#u32[layout.SP >> 2]!
  }

  get #memory(): number {
    return this.#u32[layout.MEMORY >> 2]!
  }

  #range(): { offset: number; size: number } {
    const words = this.#u32
    return { offset: words[layout.RANGE_OFFSET >> 2]!, size: words[layout.RANGE_SIZE >> 2]! }
  }

  #copyReturnData(): void {
    const { offset, size } = this.#range()
    const from = this.#u32[layout.RANGE_SOURCE >> 2]!
    this.write(offset, this.#returnData.subarray(from, from + size))
  }

  /** The word at 32 * index in linear memory. */
  #word(index: number): bigint {
    const limbs = this.#u64
    const at = index << 2
    const [low, second, third, top] = [limbs[at]!, limbs[at + 1]!, limbs[at + 2]!, limbs[at + 3]!]
    if (top === 0n && third === 0n && second === 0n) return low
    return (((((top << LIMB) | third) << LIMB) | second) << LIMB) | low
  }

  #setWord(address: number, word: bigint): void {
    const at = address >> 3
    const limbs = this.#u64
    // a typed array keeps the low 64 bits
    limbs[at] = word
    limbs[at + 1] = word >> 64n
    limbs[at + 2] = word >> 128n
    limbs[at + 3] = word >> 192n
  }

  #setAddress(at: number, address: Uint8Array): void {
    const bytes = this.#u8
    for (let i = 0; i < 20; i++) bytes[at + i] = address[19 - i]!
  }

  #reserve(size: number): void {
    const missing = size - this.#u8.length
    if (missing <= 0) return
    this.#engine.memory.grow(Math.ceil(missing / PAGE))
    this.#view()
  }

  /** Views on linear memory; growing it makes the old ones empty. */
  #view(): void {
    const { buffer } = this.#engine.memory
    this.#scratch = Buffer.from(buffer, layout.SCRATCH, 32)
    this.#u8 = new Uint8Array(buffer)
    this.#u32 = new Uint32Array(buffer)
    this.#u64 = new BigUint64Array(buffer)
    this.#f64 = new Float64Array(buffer)
  }
}
