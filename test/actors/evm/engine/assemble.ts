import { Opcode, opcodeName } from '../../../../src/actors/evm/engine/opcodes.ts'

const bytes = new Map<string, number>()
for (let byte = 0; byte < 256; byte++) {
  const name = opcodeName(byte)
  if (name !== undefined) bytes.set(name, byte)
}

/**
 * EVM assembly, tokens between blanks: mnemonics; numbers, which are pushed with the shortest
 * PUSH; `name:`, a JUMPDEST; `@name`, which pushes its offset in two bytes; `#ff00`, raw bytes.
 */
export function assemble(text: string): Uint8Array {
  const code: number[] = []
  const labels = new Map<string, number>()
  const uses: { at: number; name: string }[] = []
  for (const token of text.split(/\s+/).filter(Boolean)) {
    const byte = bytes.get(token)
    if (byte !== undefined) code.push(byte)
    else if (token.startsWith('#')) code.push(...Buffer.from(token.slice(1), 'hex'))
    else if (token.endsWith(':')) {
      labels.set(token.slice(0, -1), code.length)
      code.push(Opcode.JUMPDEST)
    } else if (token.startsWith('@')) {
      code.push(Opcode.PUSH0 + 2)
      uses.push({ at: code.length, name: token.slice(1) })
      code.push(0, 0)
    } else code.push(...push(BigInt(token)))
  }
  for (const { at, name } of uses) {
    const target = labels.get(name)
    if (target === undefined) throw new Error(`no label ${name}`)
    code[at] = target >> 8
    code[at + 1] = target & 0xff
  }
  return Uint8Array.from(code)
}

/** The shortest PUSH of a word. */
export function push(word: bigint): number[] {
  if (word === 0n) return [Opcode.PUSH0]
  const hex = word.toString(16)
  const immediate = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex')
  return [Opcode.PUSH0 + immediate.length, ...immediate]
}
