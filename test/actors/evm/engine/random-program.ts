import { Opcode } from '../../../../src/actors/evm/engine/opcodes.ts'
import { push } from './assemble.ts'
import type { Random } from './random.ts'

export interface Program {
  code: Uint8Array
  calldata: Uint8Array
}

const IDENTITY = 4n
/** Programs keep to this much memory, unless they ask for far too much. */
const MEMORY = 0x800
/** Beyond u32, where one engine sees a bad address and the other runs out of gas. */
const FAR = 1n << 33n

/** Opcodes that take that many words and leave one. */
const pure: Record<1 | 2 | 3, readonly number[]> = {
  1: [Opcode.ISZERO, Opcode.NOT, Opcode.CLZ],
  2: [0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x0b, 0x10, 0x11, 0x12, 0x13, 0x14].concat([
    0x16, 0x17, 0x18, 0x1a, 0x1b, 0x1c, 0x1d,
  ]),
  3: [Opcode.ADDMOD, Opcode.MULMOD],
}

const environment: readonly number[] = [
  ...[Opcode.ADDRESS, Opcode.ORIGIN, Opcode.CALLER, Opcode.CALLVALUE, Opcode.GASPRICE],
  ...[Opcode.COINBASE, Opcode.TIMESTAMP, Opcode.NUMBER, Opcode.PREVRANDAO, Opcode.GASLIMIT],
  ...[Opcode.CHAINID, Opcode.SELFBALANCE, Opcode.BASEFEE, Opcode.CALLDATASIZE, Opcode.CODESIZE],
  ...[Opcode.RETURNDATASIZE, Opcode.MSIZE, Opcode.PC],
]

/** Opcodes whose meaning depends on more than our small host and the other engine share. */
const foreign = new Set<number>([
  ...[Opcode.BALANCE, Opcode.EXTCODESIZE, Opcode.EXTCODECOPY, Opcode.EXTCODEHASH],
  ...[Opcode.BLOCKHASH, Opcode.GAS, Opcode.CREATE, Opcode.CALL, Opcode.DELEGATECALL],
  ...[Opcode.CREATE2, Opcode.STATICCALL, Opcode.SELFDESTRUCT],
  ...[0x49, 0x4a, 0xf2], // BLOBHASH, BLOBBASEFEE, CALLCODE: the other engine has them
])

export function randomProgram(random: Random): Program {
  const calldata = random.bytes(random.below(200))
  if (random.chance(0.15)) return { code: randomBytes(random), calldata }
  return { code: new Generator(random).program(), calldata }
}

/** Mostly a few pushes and then garbage: undefined opcodes, bad jumps, empty stacks. */
function randomBytes(random: Random): Uint8Array {
  const code: number[] = []
  for (let i = random.below(12); i > 0; i--) code.push(...push(random.word()))
  for (let i = random.below(60); i > 0; i--) {
    const byte = random.below(256)
    if (!foreign.has(byte)) code.push(byte)
  }
  return Uint8Array.from(code)
}

/** Writes programs that mostly do something: it knows how many words are on the stack. */
class Generator {
  readonly #random: Random
  readonly #code: number[] = []
  #depth = 0
  /** Words below belong to a loop around this place. */
  #floor = 0

  constructor(random: Random) {
    this.#random = random
  }

  program(): Uint8Array {
    this.#block(10 + this.#random.below(60), 0)
    this.#finish()
    return Uint8Array.from(this.#code)
  }

  #block(length: number, nesting: number) {
    for (let i = 0; i < length; i++) this.#statement(nesting)
  }

  #statement(nesting: number) {
    const random = this.#random
    const kind = random.below(100)
    if (kind < 30) this.#calculate()
    else if (kind < 36) this.#stack()
    else if (kind < 41) this.#emit(random.pick(environment), 0, 1)
    else if (kind < 54) this.#memory()
    else if (kind < 60) this.#hash()
    else if (kind < 68) this.#copy()
    else if (kind < 78) this.#storage()
    else if (kind < 82) this.#log()
    else if (kind < 86) this.#call()
    else if (kind < 90 && nesting < 3) this.#branch(nesting)
    else if (kind < 93 && nesting < 2) this.#loop(nesting)
    else if (kind === 99 && random.chance(0.15)) this.#mistake()
    else this.#push(random.word())
  }

  #calculate() {
    const random = this.#random
    if (random.chance(0.04)) {
      // an exponent, then a base
      this.#push(random.chance(0.8) ? BigInt(random.below(1000)) : random.word())
      this.#push(random.word())
      return this.#emit(Opcode.EXP, 2, 1)
    }
    const count = random.pick([1, 2, 2, 2, 2, 2, 3] as const)
    this.#need(count)
    this.#emit(random.pick(pure[count]), count, 1)
  }

  #stack() {
    const random = this.#random
    this.#need(1)
    const above = this.#depth - this.#floor
    switch (random.below(3)) {
      case 0:
        return this.#emit(Opcode.DUP1 + random.below(Math.min(16, this.#depth)), 0, 1)
      case 1:
        if (above < 2) return this.#emit(Opcode.DUP1, 0, 1)
        return this.#emit(Opcode.SWAP1 + random.below(Math.min(16, above - 1)), 0, 0)
      default:
        return this.#emit(Opcode.POP, 1, 0)
    }
  }

  #memory() {
    switch (this.#random.below(4)) {
      case 0:
        this.#offset()
        return this.#emit(Opcode.MLOAD, 1, 1)
      case 1:
        this.#need(1)
        this.#offset()
        return this.#emit(Opcode.MSTORE8, 2, 0)
      case 2:
        this.#range()
        this.#offset()
        return this.#emit(Opcode.MCOPY, 3, 0)
      default:
        this.#need(1)
        this.#offset()
        return this.#emit(Opcode.MSTORE, 2, 0)
    }
  }

  #hash() {
    this.#range()
    this.#emit(Opcode.KECCAK256, 2, 1)
  }

  #copy() {
    const random = this.#random
    const opcode = random.pick([
      Opcode.CALLDATALOAD,
      Opcode.CALLDATACOPY,
      Opcode.CODECOPY,
      Opcode.RETURNDATACOPY,
    ])
    if (opcode === Opcode.CALLDATALOAD) {
      this.#push(random.chance(0.9) ? BigInt(random.below(220)) : random.word())
      return this.#emit(opcode, 1, 1)
    }
    if (opcode === Opcode.RETURNDATACOPY) {
      // all of it, or a small piece that may be too much
      if (random.chance(0.97)) {
        this.#emit(Opcode.RETURNDATASIZE, 0, 1)
        this.#push(0n)
      } else {
        this.#push(BigInt(random.below(8)))
        this.#push(BigInt(random.below(8)))
      }
    } else {
      this.#push(BigInt(random.below(200)))
      this.#push(random.chance(0.9) ? BigInt(random.below(300)) : random.word())
    }
    this.#offset()
    this.#emit(opcode, 3, 0)
  }

  #storage() {
    const random = this.#random
    const key = random.chance(0.8) ? BigInt(random.below(6)) : random.word()
    switch (random.below(4)) {
      case 0:
        this.#push(key)
        return this.#emit(Opcode.SLOAD, 1, 1)
      case 1:
        this.#push(key)
        return this.#emit(Opcode.TLOAD, 1, 1)
      case 2:
        this.#need(1)
        this.#push(key)
        return this.#emit(Opcode.TSTORE, 2, 0)
      default:
        this.#need(1)
        this.#push(key)
        return this.#emit(Opcode.SSTORE, 2, 0)
    }
  }

  #log() {
    const topics = this.#random.below(5)
    this.#need(topics)
    this.#range()
    this.#emit(Opcode.LOG0 + topics, 2 + topics, 0)
  }

  /** Makes return data. */
  #call() {
    this.#range()
    this.#range()
    this.#push(IDENTITY)
    this.#push(1_000_000n)
    this.#emit(Opcode.STATICCALL, 6, 1)
  }

  #branch(nesting: number) {
    this.#need(1)
    const patch = this.#pushLabel()
    this.#emit(Opcode.JUMPI, 2, 0)
    this.#inside(() => this.#block(1 + this.#random.below(5), nesting + 1))
    patch()
  }

  #loop(nesting: number) {
    this.#push(BigInt(1 + this.#random.below(6)))
    const start = this.#code.length
    this.#emit(Opcode.JUMPDEST, 0, 0)
    this.#inside(() => this.#block(1 + this.#random.below(6), nesting + 1))
    this.#push(1n)
    this.#emit(Opcode.SWAP1, 0, 0)
    this.#emit(Opcode.SUB, 2, 1)
    this.#emit(Opcode.DUP1, 0, 1)
    this.#code.push(Opcode.PUSH0 + 2, start >> 8, start & 0xff)
    this.#depth++
    this.#emit(Opcode.JUMPI, 2, 0)
    this.#emit(Opcode.POP, 1, 0)
  }

  /** What `body` leaves on the stack is dropped; it cannot reach below. */
  #inside(body: () => void): void {
    const outer = this.#floor
    this.#floor = this.#depth
    body()
    while (this.#depth > this.#floor) this.#emit(Opcode.POP, 1, 0)
    this.#floor = outer
  }

  #mistake() {
    const random = this.#random
    switch (random.below(4)) {
      case 0:
        return this.#emit(random.pick([Opcode.INVALID, 0x0c, 0x21, 0x4b, 0xef]), 0, 0)
      case 1:
        for (let i = random.below(17); i >= 0; i--) this.#code.push(Opcode.ADD)
        return
      case 2:
        this.#push(random.chance(0.5) ? BigInt(random.below(100)) : random.word())
        return this.#emit(Opcode.JUMP, 1, 0)
      default:
        this.#push(random.word() | FAR)
        this.#push(random.word() | FAR)
        return this.#emit(random.pick([Opcode.KECCAK256, Opcode.RETURN, Opcode.MSTORE]), 2, 0)
    }
  }

  /** Up to eight words of the stack go to memory, then the program ends. */
  #finish() {
    const random = this.#random
    for (let i = 0; i < 8 && this.#depth > 0; i++) {
      this.#push(BigInt(32 * i))
      this.#emit(Opcode.MSTORE, 2, 0)
    }
    if (random.chance(0.1)) return
    if (random.chance(0.1)) return this.#emit(Opcode.STOP, 0, 0)
    this.#emit(Opcode.MSIZE, 0, 1)
    this.#push(0n)
    this.#emit(random.chance(0.9) ? Opcode.RETURN : Opcode.REVERT, 2, 0)
  }

  #offset() {
    const random = this.#random
    if (random.chance(0.004)) return this.#push(random.word() | FAR)
    if (random.chance(0.7) || this.#depth === this.#floor) {
      return this.#push(BigInt(random.below(MEMORY)))
    }
    this.#emit(Opcode.DUP1, 0, 1)
    this.#push(BigInt(MEMORY - 1))
    this.#emit(Opcode.AND, 2, 1)
  }

  /** Size and offset. */
  #range() {
    const random = this.#random
    if (random.chance(0.02)) {
      this.#push(0n)
      return this.#push(random.word())
    }
    this.#push(BigInt(random.below(random.chance(0.8) ? 100 : 600)))
    this.#offset()
  }

  #need(count: number) {
    while (this.#depth - this.#floor < count) this.#push(this.#random.word())
  }

  #push(word: bigint) {
    this.#code.push(...push(word))
    this.#depth++
  }

  #pushLabel(): () => void {
    this.#code.push(Opcode.PUSH0 + 2, 0, 0)
    const at = this.#code.length - 2
    this.#depth++
    return () => {
      const target = this.#code.length
      this.#code[at] = target >> 8
      this.#code[at + 1] = target & 0xff
      this.#code.push(Opcode.JUMPDEST)
    }
  }

  #emit(opcode: number, takes: number, leaves: number) {
    this.#code.push(opcode)
    this.#depth += leaves - takes
  }
}
