import { analysisGas } from '../gas-model.ts'
import { Opcode } from './opcodes.ts'

/** EVM bytecode, ready to run. Immutable; worth caching by the code's CID. */
export interface Code {
  readonly bytes: Uint8Array
  /** A bit per byte of code, lowest bit first: a JUMPDEST that is no immediate of a PUSH. */
  readonly jumpdests: Uint8Array
  /** Milligas that the genuine actor spends on finding the jump destinations, in every frame. */
  readonly analysisCost: number
}

export function analyze(bytes: Uint8Array): Code {
  const jumpdests = new Uint8Array((bytes.length + 7) >> 3)
  let analysisCost = 0
  for (let pc = 0; pc < bytes.length; ) {
    const op = bytes[pc]!
    if (op > Opcode.PUSH0 && op <= Opcode.PUSH0 + 32) {
      const size = op - Opcode.PUSH0
      analysisCost += analysisGas.push + analysisGas.pushByte * (size + 1)
      pc += size + 1
    } else {
      if (op === Opcode.JUMPDEST) jumpdests[pc >> 3]! |= 1 << (pc & 7)
      analysisCost += analysisGas.byte
      pc++
    }
  }
  return { bytes, jumpdests, analysisCost }
}
