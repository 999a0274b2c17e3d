/**
 * The same call in @ethereumjs/evm, on the state that prestateTracer gave: its own tree of calls
 * and its own steps. Gas is left out; it is another unit.
 */
import { Common, Hardfork, Mainnet } from '@ethereumjs/common'
import { createEVM, type EVMResult, type Message } from '@ethereumjs/evm'
import { Account, Address } from '@ethereumjs/util'
import { fromHex, to0x } from '../../src/base/bytes.ts'
import type { CallFrameJson } from '../../src/eth/trace/call-tracer.ts'
import type { AccountsJson } from '../../src/eth/trace/prestate-tracer.ts'
import type { EthHex } from './memory-chain.ts'

export interface ReferenceFrame {
  readonly type: string
  readonly from: string
  to: string | undefined
  readonly input: string
  readonly value: string | undefined
  output: string
  failed: boolean
  readonly calls: ReferenceFrame[]
}

export interface ReferenceStep {
  readonly pc: number
  readonly op: string
  /** 1 for the first contract. */
  readonly depth: number
  readonly stack: readonly bigint[]
  readonly memory: string
}

export interface Asked {
  readonly from: EthHex
  /** Absent: a creation. */
  readonly to?: EthHex
  readonly input: EthHex
  readonly value: bigint
}

const PLENTY = 1n << 60n
/** Cancun and CLZ, the instruction set of the EVM actor. */
const common = new Common({ chain: Mainnet, hardfork: Hardfork.Cancun, eips: [7939] })
const ETHER = 10n ** 18n

export async function referenceTrace(
  prestate: AccountsJson,
  asked: Asked,
): Promise<{ call: ReferenceFrame; steps: ReferenceStep[] }> {
  const evm = await createEVM({ common, allowUnlimitedContractSize: true })
  const state = evm.stateManager
  for (const [hex, account] of Object.entries(prestate)) {
    const address = new Address(fromHex(hex))
    await state.putAccount(
      address,
      new Account(BigInt(account.nonce ?? 0), BigInt(account.balance ?? 0)),
    )
    if (account.code !== undefined) await state.putCode(address, fromHex(account.code))
    for (const [slot, value] of Object.entries(account.storage ?? {})) {
      await state.putStorage(address, fromHex(slot), fromHex(value))
    }
  }
  const caller = new Address(fromHex(asked.from))
  if ((await state.getAccount(caller)) === undefined) {
    await state.putAccount(caller, new Account(0n, ETHER))
  }

  const steps: ReferenceStep[] = []
  const open: ReferenceFrame[] = []
  let first: ReferenceFrame | undefined
  const events = evm.events!
  events.on('step', ({ pc, opcode, depth, stack, memory }) => {
    const words = to0x(memory)
    steps.push({ pc, op: opcode.name, depth: depth + 1, stack: [...stack], memory: words })
  })
  events.on('beforeMessage', (message) => {
    const frame = frameOf(message)
    open.at(-1)?.calls.push(frame)
    first ??= frame
    open.push(frame)
  })
  events.on('afterMessage', ({ execResult, createdAddress }: EVMResult) => {
    const frame = open.pop()!
    frame.failed = execResult.exceptionError !== undefined
    frame.output = to0x(execResult.returnValue)
    if (frame.type.startsWith('CREATE')) {
      frame.to = frame.failed ? undefined : createdAddress?.toString()
    }
  })
  await evm.runCall({
    ...(asked.to && { to: new Address(fromHex(asked.to)) }),
    caller,
    origin: caller,
    data: fromHex(asked.input),
    value: asked.value,
    gasLimit: PLENTY,
    skipBalance: true,
  })
  return { call: first!, steps }
}

function frameOf(message: Message): ReferenceFrame {
  const { caller, to, value, data, delegatecall, isStatic, salt } = message
  const creates = to === undefined
  const type = creates
    ? salt === undefined
      ? 'CREATE'
      : 'CREATE2'
    : delegatecall
      ? 'DELEGATECALL'
      : isStatic
        ? 'STATICCALL'
        : 'CALL'
  return {
    type,
    // geth names the contracts between which the call is, not who it is on behalf of
    from: delegatecall ? to!.toString() : caller.toString(),
    to: delegatecall ? message.codeAddress.toString() : to?.toString(),
    input: to0x(data),
    value: isStatic ? undefined : `0x${value.toString(16)}`,
    output: '0x',
    failed: false,
    calls: [],
  }
}

/** What both know of a call. */
export function comparable(frame: CallFrameJson): ReferenceFrame {
  const { type, from, to, input, value, output = '0x', error, calls = [] } = frame
  return {
    type,
    from,
    to,
    input,
    value,
    output,
    failed: error !== undefined,
    calls: calls.map(comparable),
  }
}
