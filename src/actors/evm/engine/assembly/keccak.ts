/** Keccak-256 with the padding of Ethereum (0x01), over linear memory. */
import { WORKING_SPACE } from '../layout'

/** 25 lanes; behind the limbs of division.ts. */
const STATE: usize = WORKING_SPACE + 0x200
const RATE: usize = 136

const ROUND_CONSTANTS: usize = memory.data<u64>([
  0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000,
  0x000000000000808b, 0x0000000080000001, 0x8000000080008081, 0x8000000000008009,
  0x000000000000008a, 0x0000000000000088, 0x0000000080008009, 0x000000008000000a,
  0x000000008000808b, 0x800000000000008b, 0x8000000000008089, 0x8000000000008003,
  0x8000000000008002, 0x8000000000000080, 0x000000000000800a, 0x800000008000000a,
  0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
])

/** Hashes `size` bytes at `from`; returns the address of the 32 digest bytes. */
export function keccak256(from: usize, size: usize): usize {
  memory.fill(STATE, 0, 200)
  while (size >= RATE) {
    for (let i: usize = 0; i < RATE; i += 8) {
      store<u64>(STATE + i, load<u64>(STATE + i) ^ load<u64>(from + i))
    }
    permute()
    from += RATE
    size -= RATE
  }
  let i: usize = 0
  for (; i + 8 <= size; i += 8) {
    store<u64>(STATE + i, load<u64>(STATE + i) ^ load<u64>(from + i))
  }
  for (; i < size; i++) store<u8>(STATE + i, load<u8>(STATE + i) ^ load<u8>(from + i))
  store<u8>(STATE + size, load<u8>(STATE + size) ^ 0x01)
  store<u8>(STATE + RATE - 1, load<u8>(STATE + RATE - 1) ^ 0x80)
  permute()
  return STATE
}

/** Keccak-f[1600]: lane (x, y) is a[x + 5y]. */
function permute(): void {
  let a00 = load<u64>(STATE, 0x00), a01 = load<u64>(STATE, 0x08), a02 = load<u64>(STATE, 0x10)
  let a03 = load<u64>(STATE, 0x18), a04 = load<u64>(STATE, 0x20), a05 = load<u64>(STATE, 0x28)
  let a06 = load<u64>(STATE, 0x30), a07 = load<u64>(STATE, 0x38), a08 = load<u64>(STATE, 0x40)
  let a09 = load<u64>(STATE, 0x48), a10 = load<u64>(STATE, 0x50), a11 = load<u64>(STATE, 0x58)
  let a12 = load<u64>(STATE, 0x60), a13 = load<u64>(STATE, 0x68), a14 = load<u64>(STATE, 0x70)
  let a15 = load<u64>(STATE, 0x78), a16 = load<u64>(STATE, 0x80), a17 = load<u64>(STATE, 0x88)
  let a18 = load<u64>(STATE, 0x90), a19 = load<u64>(STATE, 0x98), a20 = load<u64>(STATE, 0xa0)
  let a21 = load<u64>(STATE, 0xa8), a22 = load<u64>(STATE, 0xb0), a23 = load<u64>(STATE, 0xb8)
  let a24 = load<u64>(STATE, 0xc0)

  for (let round: usize = 0; round < 24 * 8; round += 8) {
    // theta
    const c0 = a00 ^ a05 ^ a10 ^ a15 ^ a20
    const c1 = a01 ^ a06 ^ a11 ^ a16 ^ a21
    const c2 = a02 ^ a07 ^ a12 ^ a17 ^ a22
    const c3 = a03 ^ a08 ^ a13 ^ a18 ^ a23
    const c4 = a04 ^ a09 ^ a14 ^ a19 ^ a24
    const d0 = c4 ^ rotl<u64>(c1, 1)
    const d1 = c0 ^ rotl<u64>(c2, 1)
    const d2 = c1 ^ rotl<u64>(c3, 1)
    const d3 = c2 ^ rotl<u64>(c4, 1)
    const d4 = c3 ^ rotl<u64>(c0, 1)
    // rho and pi: lane (x, y) moves to (y, 2x + 3y)
    const b00 = a00 ^ d0
    const b10 = rotl<u64>(a01 ^ d1, 1)
    const b20 = rotl<u64>(a02 ^ d2, 62)
    const b05 = rotl<u64>(a03 ^ d3, 28)
    const b15 = rotl<u64>(a04 ^ d4, 27)
    const b16 = rotl<u64>(a05 ^ d0, 36)
    const b01 = rotl<u64>(a06 ^ d1, 44)
    const b11 = rotl<u64>(a07 ^ d2, 6)
    const b21 = rotl<u64>(a08 ^ d3, 55)
    const b06 = rotl<u64>(a09 ^ d4, 20)
    const b07 = rotl<u64>(a10 ^ d0, 3)
    const b17 = rotl<u64>(a11 ^ d1, 10)
    const b02 = rotl<u64>(a12 ^ d2, 43)
    const b12 = rotl<u64>(a13 ^ d3, 25)
    const b22 = rotl<u64>(a14 ^ d4, 39)
    const b23 = rotl<u64>(a15 ^ d0, 41)
    const b08 = rotl<u64>(a16 ^ d1, 45)
    const b18 = rotl<u64>(a17 ^ d2, 15)
    const b03 = rotl<u64>(a18 ^ d3, 21)
    const b13 = rotl<u64>(a19 ^ d4, 8)
    const b14 = rotl<u64>(a20 ^ d0, 18)
    const b24 = rotl<u64>(a21 ^ d1, 2)
    const b09 = rotl<u64>(a22 ^ d2, 61)
    const b19 = rotl<u64>(a23 ^ d3, 56)
    const b04 = rotl<u64>(a24 ^ d4, 14)
    // chi and iota
    a00 = b00 ^ (~b01 & b02) ^ load<u64>(ROUND_CONSTANTS + round)
    a01 = b01 ^ (~b02 & b03)
    a02 = b02 ^ (~b03 & b04)
    a03 = b03 ^ (~b04 & b00)
    a04 = b04 ^ (~b00 & b01)
    a05 = b05 ^ (~b06 & b07)
    a06 = b06 ^ (~b07 & b08)
    a07 = b07 ^ (~b08 & b09)
    a08 = b08 ^ (~b09 & b05)
    a09 = b09 ^ (~b05 & b06)
    a10 = b10 ^ (~b11 & b12)
    a11 = b11 ^ (~b12 & b13)
    a12 = b12 ^ (~b13 & b14)
    a13 = b13 ^ (~b14 & b10)
    a14 = b14 ^ (~b10 & b11)
    a15 = b15 ^ (~b16 & b17)
    a16 = b16 ^ (~b17 & b18)
    a17 = b17 ^ (~b18 & b19)
    a18 = b18 ^ (~b19 & b15)
    a19 = b19 ^ (~b15 & b16)
    a20 = b20 ^ (~b21 & b22)
    a21 = b21 ^ (~b22 & b23)
    a22 = b22 ^ (~b23 & b24)
    a23 = b23 ^ (~b24 & b20)
    a24 = b24 ^ (~b20 & b21)
  }

  store<u64>(STATE, a00, 0x00); store<u64>(STATE, a01, 0x08); store<u64>(STATE, a02, 0x10)
  store<u64>(STATE, a03, 0x18); store<u64>(STATE, a04, 0x20); store<u64>(STATE, a05, 0x28)
  store<u64>(STATE, a06, 0x30); store<u64>(STATE, a07, 0x38); store<u64>(STATE, a08, 0x40)
  store<u64>(STATE, a09, 0x48); store<u64>(STATE, a10, 0x50); store<u64>(STATE, a11, 0x58)
  store<u64>(STATE, a12, 0x60); store<u64>(STATE, a13, 0x68); store<u64>(STATE, a14, 0x70)
  store<u64>(STATE, a15, 0x78); store<u64>(STATE, a16, 0x80); store<u64>(STATE, a17, 0x88)
  store<u64>(STATE, a18, 0x90); store<u64>(STATE, a19, 0x98); store<u64>(STATE, a20, 0xa0)
  store<u64>(STATE, a21, 0xa8); store<u64>(STATE, a22, 0xb0); store<u64>(STATE, a23, 0xb8)
  store<u64>(STATE, a24, 0xc0)
}
