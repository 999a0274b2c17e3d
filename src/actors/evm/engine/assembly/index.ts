/**
 * The interpreter loop. Everything it needs between two runs is in the registers of ../layout.ts;
 * while it runs, the hot ones are locals.
 *
 * Opcodes that touch the virtual machine leave with EXIT_HOST, their operands still on the stack;
 * the host replaces them by the result and runs again. The first opcode of a frame that needs the
 * network leaves with EXIT_NETWORK before anything happened. Order within an opcode: price, stack
 * depth, memory, effect.
 */
import {
  BAD_JUMP,
  BAD_MEMORY_ACCESS,
  CALLDATA,
  CALLDATA_LENGTH,
  CODE,
  CODE_LENGTH,
  COSTS,
  COST_BYTE,
  COST_CALLDATALOAD_DATA,
  COST_CLZ_LIMB,
  COST_COMPARE_0,
  COST_COPY_BYTE,
  COST_EQ_BYTE,
  COST_JUMPI_TAKEN,
  COST_KECCAK_DATA,
  COST_KECCAK_KERNEL,
  COST_KECCAK_KERNEL_BYTE,
  COST_ONE_LIMB_INDEX,
  COST_SAR,
  COST_SAR_LIMB,
  COST_SAR_NEGATIVE,
  COST_SHL,
  COST_SHL_LIMB,
  COST_SHR,
  COST_SHR_LIMB,
  COST_SIGNED_COMPARE,
  COST_SIGNEXTEND_0,
  ENV_ADDRESS,
  ENV_BASEFEE,
  ENV_CALLER,
  ENV_CALLVALUE,
  ENV_CHAINID,
  ENV_COINBASE,
  ENV_GASLIMIT,
  ENV_GASPRICE,
  ENV_NUMBER,
  ENV_TIMESTAMP,
  EXIT_FAILED,
  EXIT_HOST,
  EXIT_NETWORK,
  EXIT_OUT_OF_GAS,
  EXIT_RETURN,
  EXIT_RETURN_DATA_COPY,
  EXIT_REVERT,
  EXIT_SLICE,
  EXIT_STEP,
  EXIT_STOP,
  FAILURE,
  GAS,
  INVALID_INSTRUCTION,
  JUMPDESTS,
  KERNEL_GAS,
  MEMORY,
  MEMORY_SIZE,
  NETWORK_KNOWN,
  OPCODE,
  PC,
  RANGE_OFFSET,
  RANGE_SIZE,
  RANGE_SOURCE,
  RETURN_DATA_LENGTH,
  SCRATCH,
  SP,
  STACK,
  STACK_END,
  STACK_OVERFLOW,
  STACK_UNDERFLOW,
  STEPS,
  STEPS_TO_HASH,
  SYS_OUT_OF_GAS,
  UNDEFINED_INSTRUCTION,
} from '../layout'
import { addmod, div, exp, mod, mulmod, sdiv, smod } from './division'
import { keccak256 } from './keccak'
import { expand, expandBy, expandTo, getGas, isU32, setGas } from './memory'
import { copy, copyReversed, cost, isZero, loadBigEndian, mul, setU64 } from './word'

/**
 * Milligas after which run() comes back once with EXIT_SLICE. A running WebAssembly function is
 * never replaced by its optimised version, so a long loop has to leave and enter again; at some
 * 600,000 milligas per opcode this is a fraction of a millisecond.
 */
const SLICE: i64 = 50_000_000_000

// the layout's constants are i32 to this compiler; pointers are not
const CODE_START: usize = CODE
const FULL: usize = STACK_END
const EMPTY: usize = STACK

/** Addresses that the stack pointer must reach for an opcode with that many operands. */
const ONE: usize = STACK + 32
const TWO: usize = STACK + 64
const THREE: usize = STACK + 96

/** How many operands an opcode that leaves to the host takes. */
// @ts-ignore: decorator
@inline
function operands(n: usize): usize {
  return EMPTY + (n << 5)
}

export function run(): i32 {
  let pc: usize = CODE_START + <usize>load<u32>(PC)
  let sp: usize = load<u32>(SP)
  let gas = i64(load<f64>(GAS))
  const steps = load<u32>(STEPS)
  let stepped: u32 = 0
  // one comparison serves out of gas, the slice's end and single steps
  const floor: i64 = steps != 0 ? i64.MAX_VALUE : max<i64>(0, gas - SLICE)
  const memoryBase: usize = load<u32>(MEMORY)
  let memorySize = u64(load<u32>(MEMORY_SIZE))
  let failure: u32 = 0

  while (true) {
    const op = u32(load<u8>(pc))
    const price = i64(load<u32>(COSTS + (op << 2)))
    gas -= price
    if (gas < floor) {
      if (gas < 0) {
        failure = SYS_OUT_OF_GAS
        return stop(failure, pc, sp, gas)
      }
      if (stepped == steps) {
        return leave(steps != 0 ? EXIT_STEP : EXIT_SLICE, pc, sp, gas + price)
      }
      stepped++
    }
    pc++

    // A case ends with `continue`; `break` means that `failure` was set.
    switch (op) {
      case 0x00: // STOP
        return leave(EXIT_STOP, pc, sp, gas)

      case 0x01: { // ADD
        if (sp < TWO) { failure = STACK_UNDERFLOW; break }
        sp -= 32
        const a0 = load<u64>(sp), a1 = load<u64>(sp, 8), a2 = load<u64>(sp, 16)
        const r0 = a0 + load<u64>(sp - 32)
        let carry = u64(r0 < a0)
        let partial = a1 + carry
        carry = u64(partial < carry)
        const r1 = partial + load<u64>(sp - 32, 8)
        carry |= u64(r1 < partial)
        partial = a2 + carry
        carry = u64(partial < carry)
        const r2 = partial + load<u64>(sp - 32, 16)
        carry |= u64(r2 < partial)
        store<u64>(sp - 32, r0)
        store<u64>(sp - 32, r1, 8)
        store<u64>(sp - 32, r2, 16)
        store<u64>(sp - 32, load<u64>(sp, 24) + load<u64>(sp - 32, 24) + carry, 24)
        continue
      }
      case 0x02: // MUL
        if (sp < TWO) { failure = STACK_UNDERFLOW; break }
        sp -= 32
        mul(sp, sp - 32)
        continue
      case 0x03: { // SUB
        if (sp < TWO) { failure = STACK_UNDERFLOW; break }
        sp -= 32
        const a0 = load<u64>(sp), a1 = load<u64>(sp, 8), a2 = load<u64>(sp, 16)
        const b0 = load<u64>(sp - 32), b1 = load<u64>(sp - 32, 8), b2 = load<u64>(sp - 32, 16)
        let borrow = u64(a0 < b0)
        const d1 = a1 - b1
        const r1 = d1 - borrow
        borrow = u64(a1 < b1) | u64(d1 < borrow)
        const d2 = a2 - b2
        const r2 = d2 - borrow
        borrow = u64(a2 < b2) | u64(d2 < borrow)
        store<u64>(sp - 32, a0 - b0)
        store<u64>(sp - 32, r1, 8)
        store<u64>(sp - 32, r2, 16)
        store<u64>(sp - 32, load<u64>(sp, 24) - load<u64>(sp - 32, 24) - borrow, 24)
        continue
      }
      case 0x04: // DIV
        if (sp < TWO) { failure = STACK_UNDERFLOW; break }
        sp -= 32
        gas -= i64(div(sp, sp - 32))
        continue
      case 0x05: // SDIV
        if (sp < TWO) { failure = STACK_UNDERFLOW; break }
        sp -= 32
        gas -= i64(sdiv(sp, sp - 32))
        continue
      case 0x06: // MOD
        if (sp < TWO) { failure = STACK_UNDERFLOW; break }
        sp -= 32
        gas -= i64(mod(sp, sp - 32))
        continue
      case 0x07: // SMOD
        if (sp < TWO) { failure = STACK_UNDERFLOW; break }
        sp -= 32
        gas -= i64(smod(sp, sp - 32))
        continue
      case 0x08: // ADDMOD
        if (sp < THREE) { failure = STACK_UNDERFLOW; break }
        sp -= 64
        gas -= i64(addmod(sp + 32, sp, sp - 32))
        continue
      case 0x09: // MULMOD
        if (sp < THREE) { failure = STACK_UNDERFLOW; break }
        sp -= 64
        gas -= i64(mulmod(sp + 32, sp, sp - 32))
        continue
      case 0x0a: // EXP
        if (sp < TWO) { failure = STACK_UNDERFLOW; break }
        sp -= 32
        gas -= i64(exp(sp, sp - 32))
        continue
      case 0x0b: // SIGNEXTEND
        if (sp < TWO) { failure = STACK_UNDERFLOW; break }
        sp -= 32
        if ((load<u64>(sp, 8) | load<u64>(sp, 16) | load<u64>(sp, 24)) == 0) {
          const last = load<u64>(sp)
          if (last < 32) gas -= i64(signExtend(last, sp - 32))
          else gas -= i64(cost(COST_ONE_LIMB_INDEX))
        }
        continue

      case 0x10: // LT
        if (sp < TWO) { failure = STACK_UNDERFLOW; break }
        sp -= 32
        gas -= compare(sp, sp - 32, 0)
        continue
      case 0x11: // GT
        if (sp < TWO) { failure = STACK_UNDERFLOW; break }
        sp -= 32
        gas -= compare(sp, sp - 32, 1)
        continue
      case 0x12: // SLT
        if (sp < TWO) { failure = STACK_UNDERFLOW; break }
        sp -= 32
        gas -= compareSigned(sp, sp - 32, 0)
        continue
      case 0x13: // SGT
        if (sp < TWO) { failure = STACK_UNDERFLOW; break }
        sp -= 32
        gas -= compareSigned(sp, sp - 32, 1)
        continue
      case 0x14: { // EQ
        if (sp < TWO) { failure = STACK_UNDERFLOW; break }
        sp -= 32
        const low = load<u64>(sp) ^ load<u64>(sp - 32)
        if (low != 0) {
          gas -= i64((ctz(low) >> 3) * cost(COST_EQ_BYTE))
          setU64(sp - 32, 0)
        } else {
          gas -= i64(equalAbove(sp, sp - 32))
        }
        continue
      }
      case 0x15: // ISZERO
        if (sp < ONE) { failure = STACK_UNDERFLOW; break }
        setU64(sp - 32, u64(isZero(sp - 32)))
        continue
      case 0x16: // AND
        if (sp < TWO) { failure = STACK_UNDERFLOW; break }
        sp -= 32
        v128.store(sp - 32, v128.and(v128.load(sp), v128.load(sp - 32)))
        v128.store(sp - 32, v128.and(v128.load(sp, 16), v128.load(sp - 32, 16)), 16)
        continue
      case 0x17: // OR
        if (sp < TWO) { failure = STACK_UNDERFLOW; break }
        sp -= 32
        v128.store(sp - 32, v128.or(v128.load(sp), v128.load(sp - 32)))
        v128.store(sp - 32, v128.or(v128.load(sp, 16), v128.load(sp - 32, 16)), 16)
        continue
      case 0x18: // XOR
        if (sp < TWO) { failure = STACK_UNDERFLOW; break }
        sp -= 32
        v128.store(sp - 32, v128.xor(v128.load(sp), v128.load(sp - 32)))
        v128.store(sp - 32, v128.xor(v128.load(sp, 16), v128.load(sp - 32, 16)), 16)
        continue
      case 0x19: // NOT
        if (sp < ONE) { failure = STACK_UNDERFLOW; break }
        v128.store(sp - 32, v128.not(v128.load(sp - 32)))
        v128.store(sp - 32, v128.not(v128.load(sp - 32, 16)), 16)
        continue
      case 0x1a: { // BYTE
        if (sp < TWO) { failure = STACK_UNDERFLOW; break }
        sp -= 32
        const index = load<u64>(sp)
        if ((load<u64>(sp, 8) | load<u64>(sp, 16) | load<u64>(sp, 24)) != 0) {
          setU64(sp - 32, 0)
        } else if (index >= 32) {
          gas -= i64(cost(COST_ONE_LIMB_INDEX))
          setU64(sp - 32, 0)
        } else {
          gas -= i64(cost(COST_BYTE))
          setU64(sp - 32, u64(load<u8>(sp - 1 - <usize>index)))
        }
        continue
      }
      case 0x1b: { // SHL
        if (sp < TWO) { failure = STACK_UNDERFLOW; break }
        sp -= 32
        const shift = load<u64>(sp)
        if ((load<u64>(sp, 8) | load<u64>(sp, 16) | load<u64>(sp, 24)) != 0 || shift >= 256) {
          setU64(sp - 32, 0)
          continue
        }
        if (isZero(sp - 32)) continue
        gas -= i64(cost(COST_SHL) + (3 - (shift >> 6)) * cost(COST_SHL_LIMB))
        let w0 = load<u64>(sp - 32), w1 = load<u64>(sp - 32, 8)
        let w2 = load<u64>(sp - 32, 16), w3 = load<u64>(sp - 32, 24)
        if (shift & 64) { w3 = w2; w2 = w1; w1 = w0; w0 = 0 }
        if (shift & 128) { w3 = w1; w2 = w0; w1 = 0; w0 = 0 }
        const bits = shift & 63
        const rest = 63 - bits
        store<u64>(sp - 32, w0 << bits)
        store<u64>(sp - 32, (w1 << bits) | ((w0 >> 1) >> rest), 8)
        store<u64>(sp - 32, (w2 << bits) | ((w1 >> 1) >> rest), 16)
        store<u64>(sp - 32, (w3 << bits) | ((w2 >> 1) >> rest), 24)
        continue
      }
      case 0x1c: { // SHR
        if (sp < TWO) { failure = STACK_UNDERFLOW; break }
        sp -= 32
        const shift = load<u64>(sp)
        if ((load<u64>(sp, 8) | load<u64>(sp, 16) | load<u64>(sp, 24)) != 0 || shift >= 256) {
          setU64(sp - 32, 0)
          continue
        }
        if (isZero(sp - 32)) continue
        gas -= i64(cost(COST_SHR) + (3 - (shift >> 6)) * cost(COST_SHR_LIMB))
        shiftRight(sp - 32, shift, 0)
        continue
      }
      case 0x1d: { // SAR
        if (sp < TWO) { failure = STACK_UNDERFLOW; break }
        sp -= 32
        const shift = load<u64>(sp)
        const sign = u64(load<i64>(sp - 32, 24) >> 63)
        if ((load<u64>(sp, 8) | load<u64>(sp, 16) | load<u64>(sp, 24)) != 0 || shift >= 256) {
          v128.store(sp - 32, i64x2.splat(sign))
          v128.store(sp - 32, i64x2.splat(sign), 16)
          continue
        }
        if (isZero(sp - 32)) continue
        gas -= i64(cost(COST_SAR) + (3 - (shift >> 6)) * cost(COST_SAR_LIMB))
        if (sign != 0) gas -= i64(cost(COST_SAR_NEGATIVE))
        shiftRight(sp - 32, shift, sign)
        continue
      }
      case 0x1e: { // CLZ
        if (sp < ONE) { failure = STACK_UNDERFLOW; break }
        let zeros: u64 = 0
        let limb: usize = sp
        while (limb > sp - 32) {
          limb -= 8
          const bits = clz(load<u64>(limb))
          zeros += bits
          if (bits != 64) break
        }
        gas -= i64((zeros >> 6) * cost(COST_CLZ_LIMB))
        setU64(sp - 32, zeros)
        continue
      }

      case 0x20: { // KECCAK256
        if (sp < TWO) { failure = STACK_UNDERFLOW; break }
        sp -= 32
        setGas(gas)
        failure = expand(sp, sp - 32)
        gas = getGas()
        if (failure != 0) break
        memorySize = u64(load<u32>(MEMORY_SIZE))
        const size = load<u32>(sp - 32)
        const kernel = cost(COST_KECCAK_KERNEL) + u64(size) * cost(COST_KECCAK_KERNEL_BYTE)
        gas -= i64(kernel)
        if (size != 0) gas -= i64(cost(COST_KECCAK_DATA))
        if (gas < 0) { failure = SYS_OUT_OF_GAS; break }
        store<f64>(KERNEL_GAS, load<f64>(KERNEL_GAS) + f64(kernel))
        // with size 0 the offset may be anything; no byte is read
        copyReversed(sp - 32, keccak256(memoryBase + load<u32>(sp), size))
        if (steps == STEPS_TO_HASH) return leave(EXIT_STEP, pc, sp, gas)
        continue
      }

      case 0x30: // ADDRESS
        if (sp >= FULL) { failure = STACK_OVERFLOW; break }
        copy(sp, ENV_ADDRESS)
        sp += 32
        continue
      case 0x33: // CALLER
        if (sp >= FULL) { failure = STACK_OVERFLOW; break }
        copy(sp, ENV_CALLER)
        sp += 32
        continue
      case 0x34: // CALLVALUE
        if (sp >= FULL) { failure = STACK_OVERFLOW; break }
        copy(sp, ENV_CALLVALUE)
        sp += 32
        continue
      case 0x35: { // CALLDATALOAD
        if (sp < ONE) { failure = STACK_UNDERFLOW; break }
        const offset = load<u64>(sp - 32)
        const high = load<u64>(sp - 32, 8) | load<u64>(sp - 32, 16) | load<u64>(sp - 32, 24)
        if (high != 0 || offset >= u64(load<u32>(CALLDATA_LENGTH))) {
          setU64(sp - 32, 0)
        } else {
          gas -= i64(cost(COST_CALLDATALOAD_DATA))
          copyReversed(sp - 32, <usize>load<u32>(CALLDATA) + <usize>offset)
        }
        continue
      }
      case 0x36: // CALLDATASIZE
        if (sp >= FULL) { failure = STACK_OVERFLOW; break }
        setU64(sp, u64(load<u32>(CALLDATA_LENGTH)))
        sp += 32
        continue
      case 0x37: // CALLDATACOPY
        if (sp < THREE) { failure = STACK_UNDERFLOW; break }
        sp -= 96
        setGas(gas)
        failure = copyIn(memoryBase, sp + 64, load<u32>(CALLDATA), load<u32>(CALLDATA_LENGTH))
        gas = getGas()
        memorySize = u64(load<u32>(MEMORY_SIZE))
        if (failure != 0) break
        continue
      case 0x38: // CODESIZE
        if (sp >= FULL) { failure = STACK_OVERFLOW; break }
        setU64(sp, u64(load<u32>(CODE_LENGTH)))
        sp += 32
        continue
      case 0x39: // CODECOPY
        if (sp < THREE) { failure = STACK_UNDERFLOW; break }
        sp -= 96
        setGas(gas)
        failure = copyIn(memoryBase, sp + 64, CODE, load<u32>(CODE_LENGTH))
        gas = getGas()
        memorySize = u64(load<u32>(MEMORY_SIZE))
        if (failure != 0) break
        continue
      case 0x3a: // GASPRICE
        if (sp >= FULL) { failure = STACK_OVERFLOW; break }
        if (load<u32>(NETWORK_KNOWN) == 0) return leave(EXIT_NETWORK, pc - 1, sp, gas + price)
        copy(sp, ENV_GASPRICE)
        sp += 32
        continue
      case 0x3d: // RETURNDATASIZE
        if (sp >= FULL) { failure = STACK_OVERFLOW; break }
        setU64(sp, u64(load<u32>(RETURN_DATA_LENGTH)))
        sp += 32
        continue
      case 0x3e: { // RETURNDATACOPY
        if (sp < THREE) { failure = STACK_UNDERFLOW; break }
        sp -= 96
        setGas(gas)
        failure = expand(sp + 64, sp)
        gas = getGas()
        memorySize = u64(load<u32>(MEMORY_SIZE))
        if (failure != 0) break
        const size = load<u32>(sp)
        const source = load<u32>(sp, 32)
        if (!isU32(sp + 32) || u64(source) + u64(size) > u64(load<u32>(RETURN_DATA_LENGTH))) {
          failure = BAD_MEMORY_ACCESS
          break
        }
        if (size == 0) continue
        gas -= i64(u64(size) * cost(COST_COPY_BYTE))
        store<u32>(RANGE_OFFSET, load<u32>(sp, 64))
        store<u32>(RANGE_SIZE, size)
        store<u32>(RANGE_SOURCE, source)
        return leave(EXIT_RETURN_DATA_COPY, pc, sp, gas)
      }

      case 0x41: // COINBASE
        if (sp >= FULL) { failure = STACK_OVERFLOW; break }
        copy(sp, ENV_COINBASE)
        sp += 32
        continue
      case 0x42: // TIMESTAMP
        if (sp >= FULL) { failure = STACK_OVERFLOW; break }
        if (load<u32>(NETWORK_KNOWN) == 0) return leave(EXIT_NETWORK, pc - 1, sp, gas + price)
        copy(sp, ENV_TIMESTAMP)
        sp += 32
        continue
      case 0x43: // NUMBER
        if (sp >= FULL) { failure = STACK_OVERFLOW; break }
        if (load<u32>(NETWORK_KNOWN) == 0) return leave(EXIT_NETWORK, pc - 1, sp, gas + price)
        copy(sp, ENV_NUMBER)
        sp += 32
        continue
      case 0x45: // GASLIMIT
        if (sp >= FULL) { failure = STACK_OVERFLOW; break }
        copy(sp, ENV_GASLIMIT)
        sp += 32
        continue
      case 0x46: // CHAINID
        if (sp >= FULL) { failure = STACK_OVERFLOW; break }
        if (load<u32>(NETWORK_KNOWN) == 0) return leave(EXIT_NETWORK, pc - 1, sp, gas + price)
        copy(sp, ENV_CHAINID)
        sp += 32
        continue
      case 0x48: // BASEFEE
        if (sp >= FULL) { failure = STACK_OVERFLOW; break }
        if (load<u32>(NETWORK_KNOWN) == 0) return leave(EXIT_NETWORK, pc - 1, sp, gas + price)
        copy(sp, ENV_BASEFEE)
        sp += 32
        continue

      case 0x50: // POP
        if (sp < ONE) { failure = STACK_UNDERFLOW; break }
        sp -= 32
        continue
      case 0x51: { // MLOAD
        if (sp < ONE) { failure = STACK_UNDERFLOW; break }
        const offset = load<u64>(sp - 32)
        const high = load<u64>(sp - 32, 8) | load<u64>(sp - 32, 16) | load<u64>(sp - 32, 24)
        if ((high | (offset >> 32)) != 0 || offset + 32 > memorySize) {
          setGas(gas)
          failure = expandBy(sp - 32, 32)
          gas = getGas()
          memorySize = u64(load<u32>(MEMORY_SIZE))
          if (failure != 0) break
        }
        copyReversed(sp - 32, memoryBase + <usize>offset)
        continue
      }
      case 0x52: { // MSTORE
        if (sp < TWO) { failure = STACK_UNDERFLOW; break }
        sp -= 64
        const offset = load<u64>(sp, 32)
        const high = load<u64>(sp, 40) | load<u64>(sp, 48) | load<u64>(sp, 56)
        if ((high | (offset >> 32)) != 0 || offset + 32 > memorySize) {
          setGas(gas)
          failure = expandBy(sp + 32, 32)
          gas = getGas()
          memorySize = u64(load<u32>(MEMORY_SIZE))
          if (failure != 0) break
        }
        copyReversed(memoryBase + <usize>offset, sp)
        continue
      }
      case 0x53: { // MSTORE8
        if (sp < TWO) { failure = STACK_UNDERFLOW; break }
        sp -= 64
        const offset = load<u64>(sp, 32)
        const high = load<u64>(sp, 40) | load<u64>(sp, 48) | load<u64>(sp, 56)
        if (high != 0 || offset >= memorySize) {
          setGas(gas)
          failure = expandBy(sp + 32, 1)
          gas = getGas()
          memorySize = u64(load<u32>(MEMORY_SIZE))
          if (failure != 0) break
        }
        store<u8>(memoryBase + <usize>offset, load<u8>(sp))
        continue
      }
      case 0x56: { // JUMP; continues behind the JUMPDEST
        if (sp < ONE) { failure = STACK_UNDERFLOW; break }
        sp -= 32
        const target = load<u64>(sp)
        const high = load<u64>(sp, 8) | load<u64>(sp, 16) | load<u64>(sp, 24)
        if (high != 0 || !isJumpdest(target)) { failure = BAD_JUMP; break }
        pc = CODE_START + 1 + <usize>target
        continue
      }
      case 0x57: { // JUMPI
        if (sp < TWO) { failure = STACK_UNDERFLOW; break }
        sp -= 64
        if (isZero(sp)) continue
        gas -= i64(cost(COST_JUMPI_TAKEN))
        const target = load<u64>(sp, 32)
        const high = load<u64>(sp, 40) | load<u64>(sp, 48) | load<u64>(sp, 56)
        if (high != 0 || !isJumpdest(target)) { failure = BAD_JUMP; break }
        pc = CODE_START + 1 + <usize>target
        continue
      }
      case 0x58: // PC
        if (sp >= FULL) { failure = STACK_OVERFLOW; break }
        setU64(sp, u64(pc - 1 - CODE_START))
        sp += 32
        continue
      case 0x59: // MSIZE
        if (sp >= FULL) { failure = STACK_OVERFLOW; break }
        setU64(sp, memorySize)
        sp += 32
        continue
      case 0x5b: // JUMPDEST
        continue
      case 0x5e: { // MCOPY
        if (sp < THREE) { failure = STACK_UNDERFLOW; break }
        sp -= 96
        if (isZero(sp)) continue
        setGas(gas)
        failure = expand(sp + 32, sp)
        if (failure == 0) failure = expand(sp + 64, sp)
        gas = getGas()
        memorySize = u64(load<u32>(MEMORY_SIZE))
        if (failure != 0) break
        const size = load<u32>(sp)
        gas -= i64(u64(size) * cost(COST_COPY_BYTE))
        memory.copy(memoryBase + load<u32>(sp, 64), memoryBase + load<u32>(sp, 32), size)
        continue
      }

      case 0x5f: // PUSH0
        if (sp >= FULL) { failure = STACK_OVERFLOW; break }
        setU64(sp, 0)
        sp += 32
        continue
      case 0x60: // PUSH1
        if (sp >= FULL) { failure = STACK_OVERFLOW; break }
        setU64(sp, u64(load<u8>(pc)))
        sp += 32
        pc += 1
        continue
      case 0x61: // PUSH2
        if (sp >= FULL) { failure = STACK_OVERFLOW; break }
        setU64(sp, (u64(load<u8>(pc)) << 8) | u64(load<u8>(pc, 1)))
        sp += 32
        pc += 2
        continue
      case 0x62: case 0x63: case 0x64: case 0x65: case 0x66: case 0x67: case 0x68: case 0x69:
      case 0x6a: case 0x6b: case 0x6c: case 0x6d: case 0x6e: case 0x6f: case 0x70: case 0x71:
      case 0x72: case 0x73: case 0x74: case 0x75: case 0x76: case 0x77: case 0x78: case 0x79:
      case 0x7a: case 0x7b: case 0x7c: case 0x7d: case 0x7e: case 0x7f: { // PUSH3..PUSH32
        if (sp >= FULL) { failure = STACK_OVERFLOW; break }
        const size: usize = op - 0x5f
        loadBigEndian(sp, pc, size)
        sp += 32
        pc += size
        continue
      }

      case 0x80: case 0x81: case 0x82: case 0x83: case 0x84: case 0x85: case 0x86: case 0x87:
      case 0x88: case 0x89: case 0x8a: case 0x8b: case 0x8c: case 0x8d: case 0x8e: case 0x8f: {
        // DUP1..DUP16
        if (sp >= FULL) { failure = STACK_OVERFLOW; break }
        const word = sp - <usize>((op - 0x7f) << 5)
        if (word < EMPTY) { failure = STACK_UNDERFLOW; break }
        copy(sp, word)
        sp += 32
        continue
      }
      case 0x90: case 0x91: case 0x92: case 0x93: case 0x94: case 0x95: case 0x96: case 0x97:
      case 0x98: case 0x99: case 0x9a: case 0x9b: case 0x9c: case 0x9d: case 0x9e: case 0x9f: {
        // SWAP1..SWAP16
        const word = sp - <usize>((op - 0x8e) << 5)
        if (word < EMPTY) { failure = STACK_UNDERFLOW; break }
        const low = v128.load(word)
        const high = v128.load(word, 16)
        copy(word, sp - 32)
        v128.store(sp - 32, low)
        v128.store(sp - 32, high, 16)
        continue
      }

      case 0x32: // ORIGIN
      case 0x44: // PREVRANDAO
      case 0x47: // SELFBALANCE
      case 0x5a: // GAS
        if (sp >= FULL) { failure = STACK_OVERFLOW; break }
        return host(op, pc, sp, gas)
      case 0x31: // BALANCE
      case 0x3b: // EXTCODESIZE
      case 0x3f: // EXTCODEHASH
      case 0x40: // BLOCKHASH
      case 0x54: // SLOAD
      case 0x5c: // TLOAD
      case 0xff: // SELFDESTRUCT
        if (sp < operands(1)) { failure = STACK_UNDERFLOW; break }
        return host(op, pc, sp, gas)
      case 0x55: // SSTORE
      case 0x5d: // TSTORE
      case 0xa0: // LOG0
        if (sp < operands(2)) { failure = STACK_UNDERFLOW; break }
        return host(op, pc, sp, gas)
      case 0xa1: // LOG1
      case 0xf0: // CREATE
        if (sp < operands(3)) { failure = STACK_UNDERFLOW; break }
        return host(op, pc, sp, gas)
      case 0x3c: // EXTCODECOPY
      case 0xa2: // LOG2
      case 0xf5: // CREATE2
        if (sp < operands(4)) { failure = STACK_UNDERFLOW; break }
        return host(op, pc, sp, gas)
      case 0xa3: // LOG3
        if (sp < operands(5)) { failure = STACK_UNDERFLOW; break }
        return host(op, pc, sp, gas)
      case 0xa4: // LOG4
      case 0xf4: // DELEGATECALL
      case 0xfa: // STATICCALL
        if (sp < operands(6)) { failure = STACK_UNDERFLOW; break }
        return host(op, pc, sp, gas)
      case 0xf1: // CALL
        if (sp < operands(7)) { failure = STACK_UNDERFLOW; break }
        return host(op, pc, sp, gas)

      case 0xf3: // RETURN
      case 0xfd: // REVERT
        if (sp < TWO) { failure = STACK_UNDERFLOW; break }
        sp -= 64
        setGas(gas)
        failure = expand(sp + 32, sp)
        gas = getGas()
        if (failure != 0) break
        store<u32>(RANGE_OFFSET, load<u32>(sp, 32))
        store<u32>(RANGE_SIZE, load<u32>(sp))
        return leave(op == 0xf3 ? EXIT_RETURN : EXIT_REVERT, pc, sp, gas)
      case 0xfe: // INVALID
        failure = INVALID_INSTRUCTION
        break
      default:
        failure = UNDEFINED_INSTRUCTION
        break
    }
    return stop(failure, pc - 1, sp, gas)
  }
}

function leave(exit: i32, pc: usize, sp: usize, gas: i64): i32 {
  store<u32>(PC, u32(pc - CODE_START))
  store<u32>(SP, u32(sp))
  store<f64>(GAS, f64(gas))
  return exit
}

function host(op: u32, pc: usize, sp: usize, gas: i64): i32 {
  store<u32>(OPCODE, op)
  return leave(EXIT_HOST, pc, sp, gas)
}

function stop(failure: u32, pc: usize, sp: usize, gas: i64): i32 {
  store<u32>(FAILURE, failure)
  return leave(failure == SYS_OUT_OF_GAS ? EXIT_OUT_OF_GAS : EXIT_FAILED, pc, sp, gas)
}

// @ts-ignore: decorator
@inline
function isJumpdest(target: u64): bool {
  if (target >= u64(load<u32>(CODE_LENGTH))) return false
  const byte = load<u8>(<usize>load<u32>(JUMPDESTS) + (<usize>target >> 3))
  return ((u32(byte) >> (u32(target) & 7)) & 1) != 0
}

/** Operands of CALLDATACOPY and CODECOPY: destination at `top`, source and size below it. */
function copyIn(memoryBase: usize, top: usize, from: usize, length: u32): u32 {
  const failure = expand(top, top - 64)
  if (failure != 0) return failure
  const size = load<u32>(top - 64)
  if (size == 0) return 0
  setGas(getGas() - i64(u64(size) * cost(COST_COPY_BYTE)))
  const start = isU32(top - 32) ? min<u32>(load<u32>(top - 32), length) : length
  const available = min<u32>(length - start, size)
  const to = memoryBase + load<u32>(top)
  memory.copy(to, from + start, available)
  memory.fill(to + available, 0, size - available)
  return 0
}

/** b := a < b, or a > b when `greater` is 1; the price grows with the equal upper limbs. */
// @ts-ignore: decorator
@inline
function compare(a: usize, b: usize, greater: u64): i64 {
  let equal: u32 = 0
  let x = load<u64>(a, 24)
  let y = load<u64>(b, 24)
  if (x == y) {
    equal = 1
    x = load<u64>(a, 16)
    y = load<u64>(b, 16)
    if (x == y) {
      equal = 2
      x = load<u64>(a, 8)
      y = load<u64>(b, 8)
      if (x == y) {
        x = load<u64>(a)
        y = load<u64>(b)
        equal = x == y ? 4 : 3
      }
    }
  }
  setU64(b, greater ? u64(x > y) : u64(x < y))
  return i64(cost(COST_COMPARE_0 + equal))
}

// @ts-ignore: decorator
@inline
function compareSigned(a: usize, b: usize, greater: u64): i64 {
  const x = load<i64>(a, 24)
  const y = load<i64>(b, 24)
  if ((x ^ y) < 0) {
    setU64(b, greater ? u64(x > y) : u64(x < y))
    return 0
  }
  return i64(cost(COST_SIGNED_COMPARE)) + compare(a, b, greater)
}

/** The rest of EQ for words whose lowest limb is the same. */
function equalAbove(a: usize, b: usize): u64 {
  for (let limb: usize = 8; limb < 32; limb += 8) {
    const difference = load<u64>(a + limb) ^ load<u64>(b + limb)
    if (difference != 0) {
      setU64(b, 0)
      return (limb + (ctz(difference) >> 3)) * cost(COST_EQ_BYTE)
    }
  }
  setU64(b, 1)
  return 32 * cost(COST_EQ_BYTE)
}

/** By less than 256, filling with the bits of `fill`. */
// @ts-ignore: decorator
@inline
function shiftRight(word: usize, shift: u64, fill: u64): void {
  let w0 = load<u64>(word), w1 = load<u64>(word, 8)
  let w2 = load<u64>(word, 16), w3 = load<u64>(word, 24)
  if (shift & 64) { w0 = w1; w1 = w2; w2 = w3; w3 = fill }
  if (shift & 128) { w0 = w2; w1 = w3; w2 = fill; w3 = fill }
  const bits = shift & 63
  const rest = 63 - bits
  store<u64>(word, (w0 >> bits) | ((w1 << 1) << rest))
  store<u64>(word, (w1 >> bits) | ((w2 << 1) << rest), 8)
  store<u64>(word, (w2 >> bits) | ((w3 << 1) << rest), 16)
  store<u64>(word, (w3 >> bits) | ((fill << 1) << rest), 24)
}

/** SIGNEXTEND of the word from its byte `last` < 32. */
function signExtend(last: u64, word: usize): u64 {
  const sign = u64(i64(load<i8>(word + <usize>last)) >> 63)
  const limb = <usize>(last >> 3)
  const bits = 56 - ((last & 7) << 3)
  const at = word + (limb << 3)
  store<u64>(at, u64((load<i64>(at) << i64(bits)) >> i64(bits)))
  for (let above = limb + 1; above < 4; above++) store<u64>(word + (above << 3), sign)
  return cost(COST_SIGNEXTEND_0 + u32(limb))
}

/** The stack word at `index` from the top, big-endian into the scratch word. */
export function peek(index: u32): void {
  copyReversed(SCRATCH, <usize>load<u32>(SP) - 32 - (<usize>index << 5))
}

/** Pushes the big-endian scratch word. */
export function push(): void {
  const sp = <usize>load<u32>(SP)
  copyReversed(sp, SCRATCH)
  store<u32>(SP, u32(sp + 32))
}

/** For the host: makes memory reach `end`, charging GAS. Returns an exit. */
export function reach(end: f64): i32 {
  setGas(i64(load<f64>(GAS)))
  const failure = expandTo(u64(end))
  store<f64>(GAS, f64(getGas()))
  if (failure == 0) return EXIT_HOST
  store<u32>(FAILURE, failure)
  return failure == SYS_OUT_OF_GAS ? EXIT_OUT_OF_GAS : EXIT_FAILED
}
