/** A cluster of real processes around a real Redis, for the length of one test file. */
import { type Hex, hexToNumber } from 'viem'
import { afterAll } from 'vitest'
import { RedisServer } from '../redis/server.ts'
import { directoryForFile, RpcFailure, TestNode } from './node.ts'
import { account, CHAIN_ID, stranger } from './viem.ts'

export interface Ready {
  readonly ready: boolean
  readonly role: 'producer' | 'replica'
  readonly producing: boolean
  readonly sequence: number
  readonly degraded: boolean
}

export class TestCluster {
  readonly redis: RedisServer
  readonly #directory: string
  readonly #nodes = new Set<TestNode>()

  private constructor(redis: RedisServer, directory: string) {
    this.redis = redis
    this.#directory = directory
  }

  static async start(...redisFlags: string[]): Promise<TestCluster> {
    const directory = await directoryForFile()
    const cluster = new TestCluster(await RedisServer.start(...redisFlags), directory)
    afterAll(async () => {
      await Promise.all([...cluster.#nodes].map((node) => node.kill()))
      await cluster.redis.stop()
    })
    return cluster
  }

  /** @param folder a name, to go on with what the node of this name had */
  async producer(folder: string, ...flags: string[]): Promise<TestNode> {
    const dataDir = `--data-dir=${this.#directory}/${folder}`
    return this.#run('--role=producer', '--init', dataDir, ...flags)
  }

  /** As {@link producer}, but not allowed to begin a chain. */
  refusedProducer(folder: string): Promise<TestNode> {
    return this.#run('--role=producer', `--data-dir=${this.#directory}/${folder}`)
  }

  replica(...flags: string[]): Promise<TestNode> {
    return this.#run('--role=replica', ...flags)
  }

  async #run(...flags: string[]): Promise<TestNode> {
    const general = [`--store=${this.redis.url}`, '--readers=1']
    // options are read from the left, the last one counts
    const node = await TestNode.run('node', [...general, '--port=0', ...flags])
    this.#nodes.add(node)
    return node
  }
}

export async function readyOf(node: TestNode): Promise<Ready> {
  return (await fetch(`${node.httpUrl}/ready`)).json() as Promise<Ready>
}

/** Waits for one of them to make the blocks. */
export async function producing(...nodes: TestNode[]): Promise<TestNode> {
  for (;;) {
    for (const node of nodes) {
      const ready = await readyOf(node).catch(() => undefined)
      if (ready?.producing) return node
    }
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

export interface Sent {
  readonly sender: number
  readonly nonce: number
  readonly hash: Hex
}

/** A transfer of one attoFIL. */
export function transfer(sender: number, nonce: number): Promise<Hex> {
  return account(sender).signTransaction({
    type: 'eip1559',
    chainId: CHAIN_ID,
    nonce,
    gas: 10_000_000n,
    maxFeePerGas: 10n ** 9n,
    maxPriorityFeePerGas: 1n,
    to: stranger(5_000 + sender),
    value: 1n,
  })
}

/**
 * Sends one transaction after the other until told to stop. One that failed is sent again as it was:
 * it must end on the chain exactly once.
 */
export async function send(
  sender: number,
  node: () => TestNode,
  signal: AbortSignal,
  acknowledged: Sent[],
): Promise<void> {
  const { address } = account(sender)
  let nonce = hexToNumber(await node().rpc<Hex>('eth_getTransactionCount', address, 'latest'))
  let raw = await transfer(sender, nonce)
  while (!signal.aborted) {
    try {
      const hash = await node().rpc<Hex>('eth_sendRawTransaction', raw)
      acknowledged.push({ sender, nonce, hash })
      raw = await transfer(sender, ++nonce)
    } catch (error) {
      // a dead node, or one that waits for a producer
      if (error instanceof RpcFailure && !isPassing(error)) {
        if (!/nonce too low|already/.test(error.message)) throw error
        // taken before, though the answer was lost
        raw = await transfer(sender, ++nonce)
      }
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
}

function isPassing({ code }: RpcFailure): boolean {
  return code === -32001
}
