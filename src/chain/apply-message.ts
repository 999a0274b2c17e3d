/** How a chain of one's own applies a message, when it is mined and whenever it is run again. */

import type { ActorId } from '../address/address.ts'
import type { ChainMessage } from '../eth/transaction-record.ts'
import type { Applied, Executor } from '../fvm/executor.ts'
import type { Message } from '../protocol/message.ts'

/** @param chainLength bytes that the inclusion cost bills */
export function applyMessage(
  executor: Executor,
  { message, signature }: ChainMessage,
  chainLength: number,
): Applied {
  return signature === null && !isAccount(executor, message)
    ? applyImpersonated(executor, message)
    : executor.apply(message, 'explicit', chainLength)
}

/** Otherwise the sender is impersonated and could not send by itself: a contract, or nobody. */
function isAccount(executor: Executor, message: Message): boolean {
  const { actors } = executor.machine
  const state = senderOf(executor, message)?.state
  const name = state && actors.manifest.nameOf(state.code)
  return name === 'account' || name === 'ethaccount' || name === 'placeholder'
}

/** Without preflight and fees; the nonce counts all the same. */
function applyImpersonated(executor: Executor, message: Message): Applied {
  const applied = executor.apply(message, 'implicit', 0)
  const sender = senderOf(executor, message)
  if (sender !== undefined) {
    executor.machine.tree.set(sender.id, { ...sender.state, sequence: message.nonce + 1n })
  }
  return applied
}

function senderOf({ machine }: Executor, { from }: Message) {
  const id: ActorId | undefined = machine.tree.resolve(from)
  const state = id === undefined ? undefined : machine.tree.actor(id)
  return id === undefined || state === undefined ? undefined : { id, state }
}
