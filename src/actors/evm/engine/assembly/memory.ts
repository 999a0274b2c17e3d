/**
 * EVM memory: the last area of linear memory, zero-filled and growing in words of 32 bytes.
 *
 * Only the price of growing depends on the genuine actor's allocator. There EVM memory is a
 * vector that starts with 4 KiB and at least doubles, in a heap that asks the virtual machine for
 * pages of 64 KiB: filling and moving bytes and new pages are what costs gas. The registers
 * MEMORY_CAPACITY, HEAP_FREE and HEAP_PAGES follow that heap.
 */
import {
  BAD_MEMORY_ACCESS,
  COST_HEAP_GROW,
  COST_HEAP_PAGE,
  COST_MEMORY_EXPAND,
  COST_MEMORY_FILL_BYTE,
  COST_MEMORY_MOVE_BYTE,
  COST_MEMORY_REALLOCATE,
  HEAP_FREE,
  HEAP_PAGES,
  MEMORY,
  MEMORY_CAPACITY,
  MEMORY_SIZE,
  SYS_ILLEGAL_INSTRUCTION,
  SYS_OUT_OF_GAS,
  USR_ASSERTION_FAILED,
} from '../layout'
import { cost } from './word'

const RESERVE_STEP: u64 = 4096
const HEAP_PAGE: u64 = 65536
/** What the allocator adds to a request that goes to the virtual machine. */
const HEAP_OVERHEAD: u64 = 80
/** 512 MiB per instance (network limit). */
const HEAP_LIMIT: u32 = 8192
/** A vector of more than 2 GiB is an assertion failure of the genuine actor. */
const VECTOR_LIMIT: u64 = 0x7fffffff

/** Milligas left while an operation of this file runs; the caller sets it and reads it back. */
let gas: i64 = 0

export function setGas(value: i64): void {
  gas = value
}

export function getGas(): i64 {
  return gas
}

/** Makes memory reach `offset + size`, both words on the stack. Returns an exit code or 0. */
export function expand(offset: usize, size: usize): u32 {
  if (!isU32(size)) return BAD_MEMORY_ACCESS
  if (load<u32>(size) == 0) return 0
  if (!isU32(offset)) return BAD_MEMORY_ACCESS
  return expandTo(u64(load<u32>(offset)) + u64(load<u32>(size)))
}

/** As {@link expand} for a size that the opcode implies. */
export function expandBy(offset: usize, size: u64): u32 {
  if (!isU32(offset)) return BAD_MEMORY_ACCESS
  return expandTo(u64(load<u32>(offset)) + size)
}

export function isU32(word: usize): bool {
  return (
    (load<u64>(word, 8) | load<u64>(word, 16) | load<u64>(word, 24) | (load<u64>(word) >> 32)) == 0
  )
}

export function expandTo(end: u64): u32 {
  const size = u64(load<u32>(MEMORY_SIZE))
  if (end <= size) return 0
  if (end > 0xffffffff) return BAD_MEMORY_ACCESS
  const newSize = (end + 31) & ~31
  const failure = reserve(size, newSize)
  if (failure != 0) return failure
  gas -= cost(COST_MEMORY_EXPAND) + (newSize - size) * cost(COST_MEMORY_FILL_BYTE)
  if (gas < 0) return SYS_OUT_OF_GAS
  const memoryBase = u64(load<u32>(MEMORY))
  const missing = i64(memoryBase + u64(load<u32>(MEMORY_CAPACITY))) - (i64(memory.size()) << 16)
  // no host memory: a fault of this machine, never a result of the contract
  if (missing > 0 && memory.grow(i32((missing + 0xffff) >> 16)) < 0) unreachable()
  memory.fill(usize(memoryBase + size), 0, usize(newSize - size))
  store<u32>(MEMORY_SIZE, u32(newSize))
  return 0
}

/** Charges the vector's new capacity, when it needs one. */
function reserve(size: u64, newSize: u64): u32 {
  const capacity = u64(load<u32>(MEMORY_CAPACITY))
  if (newSize <= capacity) return 0
  const wanted = (newSize + RESERVE_STEP - 1) & ~(RESERVE_STEP - 1)
  const newCapacity = max<u64>(wanted, 2 * capacity)
  if (newCapacity > VECTOR_LIMIT) return USR_ASSERTION_FAILED
  gas -= cost(COST_MEMORY_REALLOCATE) + size * cost(COST_MEMORY_MOVE_BYTE)
  let free = u64(load<u32>(HEAP_FREE))
  if (newCapacity > free) {
    const pages = (newCapacity + HEAP_OVERHEAD + HEAP_PAGE - 1) / HEAP_PAGE
    gas -= cost(COST_HEAP_GROW) + pages * cost(COST_HEAP_PAGE)
    if (gas < 0) return SYS_OUT_OF_GAS
    const heapPages = load<u32>(HEAP_PAGES) + u32(pages)
    if (heapPages > HEAP_LIMIT) return SYS_ILLEGAL_INSTRUCTION
    store<u32>(HEAP_PAGES, heapPages)
    free += pages * HEAP_PAGE
  }
  store<u32>(HEAP_FREE, u32(free - newCapacity))
  store<u32>(MEMORY_CAPACITY, u32(newCapacity))
  return 0
}
