/** The calls of a message as an indented tree, for the log of a node. */
import { to0x, toHex } from '../../base/bytes.ts'
import { EvmExitCode, ExitCode, exitCodeName } from '../../protocol/exit-code.ts'
import { revertReason } from '../revert-reason.ts'
import type { TracedLog } from './actor-call.ts'
import type { EvmCall } from './evm-call.ts'

/** Digits of data that one line shows. */
const MOST_DIGITS = 128

/**
 *     [1234] 0xto::a9059cbb(0000…) {value: 5} [staticcall]
 *       ├─ emit 0xcontract topics [0x…] data 0x…
 *       ├─ [567] new 0xcreated (1234 bytes)
 *       │    └─ ← 1200 bytes of code
 *       └─ ← 0x…01
 */
export function callTreeText(root: EvmCall): string {
  return [heading(root), ...body(root, '  ')].join('\n')
}

function body(call: EvmCall, indent: string): string[] {
  const lines: string[] = []
  for (let before = 0; before <= call.calls.length; before++) {
    for (const log of call.logs) {
      if (log.callsBefore === before) lines.push(`${indent}├─ ${event(log)}`)
    }
    const inner = call.calls[before]
    if (inner === undefined) continue
    lines.push(`${indent}├─ ${heading(inner)}`, ...body(inner, `${indent}│    `))
  }
  return [...lines, `${indent}└─ ← ${result(call)}`]
}

function heading(call: EvmCall): string {
  const { kind, input, value, gasUsed } = call
  const paid = value === 0n ? '' : ` {value: ${value}}`
  if (kind === 'create' || kind === 'create2') {
    const made = call.to === null ? 'nothing' : to0x(call.to)
    return `[${gasUsed}] new ${made} (${input.length} bytes)${paid}`
  }
  const how = kind === 'call' ? '' : ` [${kind}]`
  return `[${gasUsed}] ${to0x(call.to!)}${called(input)}${paid}${how}`
}

function called(input: Uint8Array): string {
  if (input.length === 0) return ''
  return input.length < 4
    ? `::${toHex(input)}`
    : `::${toHex(input.subarray(0, 4))}(${shortened(toHex(input.subarray(4)))})`
}

function event({ address, topics, data }: TracedLog): string {
  return `emit ${to0x(address)} topics [${topics.map(to0x).join(', ')}] data 0x${shortened(toHex(data))}`
}

function result({ kind, exitCode, output, deployed, hasEvmCodes }: EvmCall): string {
  if (exitCode === ExitCode.OK) {
    if (kind !== 'create' && kind !== 'create2') return `0x${shortened(toHex(output))}`
    return deployed === undefined ? 'code' : `${deployed.length} bytes of code`
  }
  return hasEvmCodes && exitCode === EvmExitCode.REVERTED
    ? `reverted: ${shortened(revertReason(output))}`
    : `failed: ${exitCodeName(exitCode)}`
}

function shortened(text: string): string {
  if (text.length <= MOST_DIGITS) return text
  return `${text.slice(0, MOST_DIGITS)}… ${text.length} characters`
}
