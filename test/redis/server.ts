/**
 * Real Redis servers for tests, each on a free port with a folder of its own. The program is found
 * on PATH, or named by REDIS_SERVER.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'

const program = process.env.REDIS_SERVER ?? 'redis-server'

export const hasRedis = spawnSync(program, ['--version']).status === 0

const HOW_TO_GET_IT =
  'no redis-server: these tests are SKIPPED. Get it with `apt-get install redis-server`, ' +
  '`brew install redis` or `dnf install valkey`, or name a server by REDIS_SERVER.'

if (!hasRedis) {
  if (process.env.CI !== undefined) throw new Error(HOW_TO_GET_IT)
  process.stderr.write(`\n${HOW_TO_GET_IT}\n\n`)
}

const running = new Set<ChildProcess>()

// whatever a failing test leaves behind
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

export class RedisServer {
  readonly port: number
  readonly directory: string
  readonly #flags: readonly string[]
  #child: ChildProcess | undefined

  private constructor(port: number, directory: string, flags: readonly string[]) {
    this.port = port
    this.directory = directory
    this.#flags = flags
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`
  }

  static async start(...flags: string[]): Promise<RedisServer> {
    const directory = await mkdtemp(join(tmpdir(), 'fevm-redis-'))
    const server = new RedisServer(await freePort(), directory, flags)
    await server.restart()
    return server
  }

  /** Starts it again, on the same port and folder. */
  async restart(): Promise<void> {
    const flags = ['--port', String(this.port), '--dir', this.directory, '--bind', '127.0.0.1']
    const child = spawn(program, [...flags, '--save', '', ...this.#flags], { stdio: 'ignore' })
    running.add(child)
    child.once('exit', () => running.delete(child))
    this.#child = child
    await this.whenUp()
  }

  async whenUp(): Promise<void> {
    for (let tries = 0; tries < 300; tries++) {
      if (await this.command('PING').catch(() => false)) return
      await sleep(30)
    }
    throw new Error(`redis-server on port ${this.port} does not answer`)
  }

  /** One command over a connection of its own. */
  async command(name: string, ...args: string[]): Promise<unknown> {
    const client = new Redis(this.port, { retryStrategy: () => null, lazyConnect: true })
    client.on('error', () => {})
    try {
      await client.connect()
      return await client.call(name, ...args)
    } finally {
      client.disconnect()
    }
  }

  pause(): void {
    this.#child?.kill('SIGSTOP')
  }

  resume(): void {
    this.#child?.kill('SIGCONT')
  }

  /** As a power cut: what it has not written is lost. */
  async kill(): Promise<void> {
    const child = this.#child
    if (child === undefined) return
    this.#child = undefined
    const exit = child.exitCode === null ? once(child, 'exit') : undefined
    child.kill('SIGKILL')
    await exit
  }

  async stop(): Promise<void> {
    await this.kill()
    await rm(this.directory, { recursive: true, force: true })
  }
}

export interface RedisCluster {
  readonly url: string
  readonly servers: readonly RedisServer[]
  stop(): Promise<void>
}

const SLOTS = 16_384

/** Three masters that share the slots. */
export async function startCluster(): Promise<RedisCluster> {
  const servers = await Promise.all(
    [0, 1, 2].map(() =>
      RedisServer.start('--cluster-enabled', 'yes', '--cluster-node-timeout', '2000'),
    ),
  )
  for (const [i, server] of servers.entries()) {
    const [from, to] = [i, i + 1].map((part) => Math.floor((SLOTS * part) / 3))
    await server.command('CLUSTER', 'ADDSLOTSRANGE', String(from), String(to! - 1))
    await servers[0]!.command('CLUSTER', 'MEET', '127.0.0.1', String(server.port))
  }
  for (const server of servers) await whenJoined(server)
  return {
    url: `redis+cluster://${servers.map(({ port }) => `127.0.0.1:${port}`).join(',')}`,
    servers,
    async stop() {
      await Promise.all(servers.map((server) => server.stop()))
    },
  }
}

async function whenJoined(server: RedisServer): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    const info = String(await server.command('CLUSTER', 'INFO'))
    if (/cluster_state:ok/.test(info) && /cluster_known_nodes:3/.test(info)) return
    await sleep(50)
  }
  throw new Error('the cluster did not come up')
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}
