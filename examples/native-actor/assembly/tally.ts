/**
 * An actor of one's own: a tally. State `[total]`, a DAG-CBOR block of one number.
 *
 * Methods above 2^24 are exported: contracts may call them. Their numbers come from their names
 * (FRC-42), as those of the built-in actors do.
 */
import {
  abort, CBOR, callContract, caller, create, emitLog, FORBIDDEN, INIT_ACTOR, loadState, method, read,
  readUint, saveState, solidityHash, UNHANDLED_MESSAGE, writeUint, writeWord,
} from './fvm'

const CONSTRUCTOR: u64 = 1
/** Add(uint) → total */
const ADD: u64 = 45300949
/** Total() → total */
const TOTAL: u64 = 4253370110
/** AddAndTell(uint) → total; the contract that called hears of it through onTally(uint256). */
const ADD_AND_TELL: u64 = 3174749834

const block = memory.data(64)
const topic = memory.data(32)
const calldata = memory.data(36)

/** @param params number of the block that came with the call, 0 for none @returns one to answer */
export function invoke(params: u32): u32 {
  const number = method()
  if (number == CONSTRUCTOR) {
    if (caller() != INIT_ACTOR) abort(FORBIDDEN)
    save(params == 0 ? 0 : readUint(read(params)))
    return 0
  }
  if (number == ADD) return answer(add(readUint(read(params))))
  if (number == TOTAL) return answer(total())
  if (number == ADD_AND_TELL) {
    const sum = add(readUint(read(params)))
    solidityHash('onTally(uint256)', calldata, 4)
    writeWord(calldata + 4, sum)
    const exitCode = callContract(caller(), calldata, 36)
    // what the contract refuses, the tally does not do
    if (exitCode != 0) abort(exitCode)
    return answer(sum)
  }
  abort(UNHANDLED_MESSAGE)
  return 0
}

/** [total] */
function total(): u64 {
  return readUint(loadState() + 1)
}

function save(sum: u64): void {
  store<u8>(block, 0x81)
  saveState(block, 1 + writeUint(block + 1, sum))
}

function add(amount: u64): u64 {
  const sum = total() + amount
  save(sum)
  solidityHash('Added(uint256)', topic, 32)
  writeWord(block, sum)
  emitLog(topic, block, 32)
  return sum
}

function answer(value: u64): u32 {
  return create(CBOR, block, writeUint(block, value))
}
