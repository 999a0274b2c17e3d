/** Another client of the same node, in a thread of its own, who asks for the height now and then. */
import { once } from 'node:events'
import { availableParallelism, loadavg } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { expect } from 'vitest'

const program = `
  const { parentPort, workerData } = require('node:worker_threads')
  const body = '{"jsonrpc":"2.0","id":1,"method":"eth_blockNumber"}'
  const ask = async () => {
    const start = performance.now()
    const response = await fetch(workerData, {
      method: 'POST', body, headers: { 'content-type': 'application/json' }
    })
    const { result } = await response.json()
    if (result === undefined) throw new Error('no answer')
    return performance.now() - start
  }
  let slowest = 0
  let stopped = false
  parentPort.once('message', () => { stopped = true })
  const run = async () => {
    // the first request opens the connection
    await ask()
    parentPort.postMessage('ready')
    while (!stopped) {
      slowest = Math.max(slowest, await ask())
      await new Promise((resolve) => setTimeout(resolve, 3))
    }
    parentPort.postMessage(slowest)
    parentPort.close()
  }
  run()
`

/** @returns milliseconds that the slowest request took while the work was going on */
async function slowestDuring(url: string, work: () => Promise<unknown>): Promise<number> {
  const worker = new Worker(program, { eval: true, workerData: url })
  await once(worker, 'message')
  try {
    await work()
  } finally {
    worker.postMessage('stop')
  }
  const [slowest] = (await once(worker, 'message')) as [number]
  return slowest
}

/** Keeps a processor busy, as a call in the node does. */
async function spin(milliseconds: number): Promise<void> {
  const spinner = new Worker('for (;;) {}', { eval: true })
  await sleep(milliseconds)
  await spinner.terminate()
}

function allowance(): number {
  return loadavg()[0]! > 2 * availableParallelism() ? OVERLOADED_MILLISECONDS : 0
}

const ATTEMPTS = 3
/** On a machine with far more to do than it can, a request takes this long for any reason. */
const OVERLOADED_MILLISECONDS = 1_000

/**
 * Work that must not be felt by others: none of their requests takes longer than this. Where other
 * programs take the processors away, no more than three times what it takes then.
 */
export async function expectUnfelt(
  url: string,
  work: () => Promise<unknown>,
  milliseconds = 50,
): Promise<void> {
  const tried: string[] = []
  for (let i = 0; i < ATTEMPTS; i++) {
    const slowest = await slowestDuring(url, work)
    if (slowest <= milliseconds) return
    const elsewhere = await slowestDuring(url, () => spin(300))
    if (slowest <= Math.max(3 * elsewhere, allowance())) return
    tried.push(`${slowest.toFixed()} ms (${elsewhere.toFixed()} ms beside a busy loop)`)
  }
  expect.fail(`a request of another client took ${tried.join(', ')}`)
}
