/** A small balancer: round robin over servers that say they are ready, over HTTP only. */
import { once } from 'node:events'
import { request as ask, createServer, type Server } from 'node:http'

const CHECK = 50

export interface Backend {
  /** undefined while it is being started again. */
  url: string | undefined
}

export class Balancer {
  readonly #backends: readonly Backend[]
  readonly #healthy = new Set<Backend>()
  readonly #server: Server
  readonly #checks: NodeJS.Timeout
  #next = 0

  private constructor(backends: readonly Backend[]) {
    this.#backends = backends
    this.#checks = setInterval(() => this.#check(), CHECK)
    this.#server = createServer(async (incoming, outgoing) => {
      const chunks: Buffer[] = []
      for await (const chunk of incoming) chunks.push(chunk as Buffer)
      this.#forward(Buffer.concat(chunks), 0, (status, body) => {
        outgoing.writeHead(status, { 'content-type': 'application/json' }).end(body)
      })
    })
  }

  static async start(backends: readonly Backend[]): Promise<Balancer> {
    const balancer = new Balancer(backends)
    balancer.#server.listen(0, '127.0.0.1')
    await once(balancer.#server, 'listening')
    await balancer.#check()
    return balancer
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as { port: number }).port}`
  }

  /** Whether it sends requests to a server. */
  uses(backend: Backend): boolean {
    return this.#healthy.has(backend)
  }

  close(): void {
    clearInterval(this.#checks)
    this.#server.close()
    this.#server.closeAllConnections()
  }

  async #check(): Promise<void> {
    await Promise.all(
      this.#backends.map(async (backend) => {
        const url = backend.url ?? 'http://127.0.0.1:1'
        const answer = await fetch(`${url}/ready`).catch(() => undefined)
        if (answer?.ok && backend.url === url) this.#healthy.add(backend)
        else this.#healthy.delete(backend)
      }),
    )
  }

  /** A connection that is refused has done nothing: the next server gets the request. */
  #forward(body: Buffer, tries: number, reply: (status: number, body: Buffer) => void): void {
    const healthy = [...this.#healthy].filter(({ url }) => url !== undefined)
    const backend = healthy[this.#next++ % healthy.length]
    if (backend?.url === undefined || tries > 5) {
      reply(503, Buffer.from('no server'))
      return
    }
    const headers = { 'content-type': 'application/json' }
    const outgoing = ask(backend.url, { method: 'POST', headers, agent: false })
    outgoing.on('response', async (incoming) => {
      const chunks: Buffer[] = []
      try {
        for await (const chunk of incoming) chunks.push(chunk as Buffer)
      } catch {
        return reply(502, Buffer.from('cut off'))
      }
      reply(incoming.statusCode!, Buffer.concat(chunks))
    })
    outgoing.on('error', (error: NodeJS.ErrnoException) => {
      this.#healthy.delete(backend)
      if (error.code === 'ECONNREFUSED') this.#forward(body, tries + 1, reply)
      else reply(502, Buffer.from(String(error.code)))
    })
    outgoing.end(body)
  }
}
