/** The HAMTs of built-in actors. */
import type { HamtOptions } from '../ipld/hamt.ts'
import type { Runtime } from './runtime.ts'

/** Bits per level unless an actor says otherwise. */
export const MAP_BIT_WIDTH = 5

const SHA2_256 = 0x12

/** Inside actors even the hashing of a map's keys is a syscall. */
export function mapOptions(runtime: Runtime, bitWidth = MAP_BIT_WIDTH): HamtOptions {
  return { bitWidth, hash: (key) => runtime.hash(SHA2_256, key) }
}
