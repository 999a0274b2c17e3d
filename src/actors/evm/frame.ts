/** One frame of EVM execution: the engine, and the host that answers what it does not own. */
import type { EthAddress } from '../../address/eth-address.ts'
import { EMPTY } from '../../base/bytes.ts'
import { Lru } from '../../base/lru.ts'
import { Trap } from '../../fvm/errors.ts'
import type { CID } from '../../ipld/cid.ts'
import { EvmExitCode, ExitCode } from '../../protocol/exit-code.ts'
import { abort, type Runtime } from '../runtime.ts'
import { analyze, type Code } from './engine/code.ts'
import { Exit, type Interpreter, type NetworkWords } from './engine/interpreter.ts'
import { InterpreterPool } from './engine/pool.ts'
import { engineGas, formulaGas } from './gas-model.ts'
import { host } from './host.ts'
import { observed } from './observe.ts'
import type { System } from './system.ts'

/** Milligas. */
const HASH_SYSCALL = 1_000 * formulaGas.COST_KECCAK_KERNEL

const pool = new InterpreterPool(engineGas)

/** Analysed code by CID; 32 MiB of bytecode. */
const codes = new Lru<string, Code>(32 << 20)

export function analyzed(cid: CID, bytecode: Uint8Array): Code {
  let code = codes.get(cid.key)
  if (code === undefined) {
    code = analyze(bytecode)
    codes.set(cid.key, code, bytecode.length + 1_000)
  }
  return code
}

export interface FrameInput {
  readonly code: Code
  readonly calldata: Uint8Array
  readonly address: EthAddress
  readonly caller: EthAddress
  readonly value: bigint
}

export interface FrameOutput {
  readonly reverted: boolean
  readonly data: Uint8Array
}

/** Calls on the way through a frame; for traces. */
export interface FrameWatch {
  /** Before each opcode, until it answers false. */
  readonly step?: () => boolean
  /** Before an opcode that the host answers; its operands are on the stack. */
  readonly host?: (opcode: number) => void
}

export class Frame {
  readonly system: System
  readonly engine: Interpreter
  readonly code: Code
  readonly caller: EthAddress
  readonly value: bigint
  /** Milligas that the engine was given for the current run. */
  #lent = 0

  constructor(system: System, engine: Interpreter, input: FrameInput) {
    this.system = system
    this.engine = engine
    this.code = input.code
    this.caller = input.caller
    this.value = input.value
  }

  get runtime() {
    return this.system.runtime
  }

  /** Gives the engine all gas that is left. */
  lend(): void {
    this.#lent = this.runtime.kernel.gas.available
    this.engine.gas = this.#lent
    this.engine.kernelGas = 0
  }

  /** Charges what the engine spent. @throws OutOfGas */
  settle(): void {
    const { gas } = this.runtime.kernel
    const { kernelGas } = this.engine
    gas.chargeWasm(this.#lent - this.engine.gas - kernelGas)
    if (kernelGas === 0) return
    // a list of charges has those of each hash
    const syscall = gas.charges === undefined ? 0 : HASH_SYSCALL
    if (syscall > 0) gas.charge('OnSyscall', syscall)
    gas.charge('OnHashing', kernelGas - syscall)
  }

  /**
   * Memory of an operand pair, grown to hold it.
   * @throws ActorError for a range beyond 32 bits, OutOfGas
   */
  reserve(offsetIndex: number, sizeIndex: number): { offset: number; size: number } {
    const size = this.engine.peekNumber(sizeIndex)
    const offset = size === 0 ? 0 : this.engine.peekNumber(offsetIndex)
    this.lend()
    const exit = this.engine.expand(offset, size)
    this.settle()
    if (exit === Exit.FAILED) throw failure(this.engine)
    return { offset, size }
  }

  /** What the frame ends with: copied out of its memory, and once more into a block. */
  #output(): Uint8Array {
    const data = this.engine.output()
    this.runtime.kernel.gas.chargeWasm(this.engine.allocate(2 * data.length))
    return data
  }

  #advance(oneStep: boolean): number {
    const { engine } = this
    const listed = this.runtime.kernel.gas.charges !== undefined
    this.lend()
    const exit = oneStep ? engine.step() : listed ? engine.runToHash() : engine.run()
    this.settle()
    return exit
  }

  run(watch?: FrameWatch): FrameOutput {
    const { engine } = this
    let step = watch?.step
    for (;;) {
      if (step?.() === false) step = undefined
      let exit = this.#advance(step !== undefined)
      if (exit === Exit.NETWORK) {
        engine.provide(networkWords(this.runtime))
        exit = this.#advance(step !== undefined)
      }
      switch (exit) {
        case Exit.STEP:
          break
        case Exit.HOST: {
          watch?.host?.(engine.opcode)
          const answer = host[engine.opcode]
          if (answer === undefined) throw new Error(`no host for opcode ${engine.opcode}`)
          if (answer(this) === 'stop') return { reverted: false, data: EMPTY }
          break
        }
        case Exit.STOP:
          return { reverted: false, data: EMPTY }
        case Exit.RETURN:
          return { reverted: false, data: this.#output() }
        case Exit.REVERT:
          return { reverted: true, data: this.#output() }
        case Exit.FAILED:
          throw failure(engine)
        default:
          throw new Error(`engine ended with ${exit}`)
      }
    }
  }
}

/** Runs code to its end. @throws ActorError when the frame fails other than by REVERT */
export function execute(system: System, input: FrameInput): FrameOutput {
  const { runtime } = system
  const engine = pool.acquire()
  try {
    engine.start(input.code, input.calldata, {
      address: input.address,
      caller: input.caller,
      value: input.value,
    })
    const frame = new Frame(system, engine, input)
    const { observer } = runtime.kernel
    return observer === undefined ? frame.run() : observed(frame, observer)
  } finally {
    pool.release(engine)
  }
}

/** The first look at the network in an invocation is a syscall. */
function networkWords({ network, message }: Runtime): NetworkWords {
  const { baseFee, timestamp, epoch, chainId } = network
  const gasPrice = baseFee + message.gasPremium
  return { gasPrice, baseFee, timestamp: BigInt(timestamp), epoch, chainId: BigInt(chainId) }
}

const failureNames: Readonly<Record<number, string>> = {
  [EvmExitCode.INVALID_INSTRUCTION]: 'invalid instruction',
  [EvmExitCode.UNDEFINED_INSTRUCTION]: 'undefined instruction',
  [EvmExitCode.STACK_UNDERFLOW]: 'stack underflow',
  [EvmExitCode.STACK_OVERFLOW]: 'stack overflow',
  [EvmExitCode.ILLEGAL_MEMORY_ACCESS]: 'illegal memory access',
  [EvmExitCode.BAD_JUMPDEST]: 'invalid jump destination',
}

function failure(engine: Interpreter) {
  if (engine.failure === ExitCode.SYS_ILLEGAL_INSTRUCTION) return new Trap('out of memory')
  const name = failureNames[engine.failure] ?? `exit code ${engine.failure}`
  return abort(engine.failure, `ABORT(pc=${engine.pc}): ${name}`)
}
