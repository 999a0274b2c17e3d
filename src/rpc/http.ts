/** The HTTP server: one JSON-RPC endpoint under several paths, and a few pages for people and machines. */
import type { AddressInfo } from 'node:net'
import websocket from '@fastify/websocket'
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { Access, type AccessRules } from './access.ts'
import { Dispatcher, type DispatchOptions, refusal, wireError } from './dispatch.ts'
import { type RpcError, rpcError } from './errors.ts'
import { defaultLimits, type Limits } from './limits.ts'
import type { Caller } from './method.ts'
import { openrpcText } from './openrpc.ts'
import { webSocketUpgrades } from './upgrade.ts'
import { type Socket, WebSocketClients } from './ws.ts'

export interface ServerOptions<Context> extends Omit<DispatchOptions<Context>, 'limits'> {
  readonly limits?: Partial<Limits>
  readonly access?: Partial<AccessRules>
  /** Whether this server should get traffic; what else it answers is shown at /ready. */
  readonly ready?: () => { readonly ready: boolean }
}

export interface Server {
  /** @returns the URL under which it answers. Port 0: any free one. */
  listen(address: { host: string; port: number }): Promise<string>
  /** Lets running requests finish; WebSockets are told to come back (1012). */
  close(): Promise<void>
}

/** Lotus serves all of these, and the root is what Ethereum tools expect. */
export const endpoints = ['/', '/rpc/v0', '/rpc/v1', '/rpc/v2'] as const

const JSON_TYPE = 'application/json; charset=utf-8'

export async function createServer<Context>(options: ServerOptions<Context>): Promise<Server> {
  const limits: Limits = { ...defaultLimits, ...options.limits }
  const dispatcher = new Dispatcher({ ...options, limits })
  const clients = new WebSocketClients(dispatcher, options.registry, limits)
  const app = fastify({
    bodyLimit: limits.body,
    // a socket that neither sends nor reads for this long is dropped
    connectionTimeout: 60_000,
    requestTimeout: limits.arrival,
    http: {
      headersTimeout: limits.arrival,
      connectionsCheckingInterval: Math.ceil(limits.arrival / 3),
    },
    return503OnClosing: false,
    // no route has a schema; the compilers would take a tenth of the start
    schemaController: {
      compilersFactory: { buildValidator: neverUsed, buildSerializer: neverUsed },
    },
    routerOptions: { ignoreTrailingSlash: true },
  })
  app.server.maxConnections = limits.connections
  const access = { hosts: options.access?.hosts ?? [], origins: options.access?.origins ?? [] }
  let gate = new Access(access)

  // first, so that it also knows of the upgrades that the gate refuses, and ends their sockets
  await app.register(websocket, {
    // only its events are used
    options: {
      maxPayload: limits.body,
      server: webSocketUpgrades(app.server) as typeof app.server,
    },
    preClose: (done) => clients.close(done),
    // ws has sent the close code that the error asks for
    errorHandler: () => {},
  })

  app.addHook('onRequest', (request, reply, done) => {
    const refused = refusedBy(gate, request)
    if (refused !== undefined) return void sendRefusal(reply, 403, refused)
    // the plugin would open a WebSocket at any path, and close it again
    if (request.headers.upgrade && !isEndpoint(request)) return reply.callNotFound()
    allowOrigin(request, reply)
    done()
  })
  // bytes, whatever the content type says: the parser wants to see invalid UTF-8, and the gate
  // above has already dealt with web pages
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  app.setErrorHandler((error, _request, reply) => {
    const { code, statusCode = 500 } = error as { code?: string; statusCode?: number }
    if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
      return sendRefusal(reply, 413, rpcError('bodyTooLarge', limits.body))
    }
    if (statusCode < 500) {
      return sendRefusal(reply, statusCode, rpcError('invalidRequest', (error as Error).message))
    }
    return sendRefusal(reply, 500, wireError(error, 'http', options.report))
  })
  app.setNotFoundHandler((request, reply) => {
    const why = `nothing at ${request.method} ${request.url.slice(0, 100)}, POST to /`
    return sendRefusal(reply, 404, rpcError('invalidRequest', why))
  })

  const overHttp: Caller = {
    registry: options.registry,
    connection: undefined,
    afterReply: () => {},
  }
  for (const path of endpoints) {
    app.post(path, async (request, reply) => {
      const body = request.body instanceof Buffer ? request.body : Buffer.alloc(0)
      const { text, refused } = await dispatcher.answer(body, overHttp)
      if (text === undefined) return reply.code(204).send()
      if (refused !== undefined) reply.code(400)
      return reply.header('content-type', JSON_TYPE).send(text)
    })
    app.route({
      method: 'GET',
      url: path,
      handler: (_request, reply) => reply.type('text/plain; charset=utf-8').send(GREETING),
      wsHandler: (socket: Socket) => clients.accept(socket),
    })
    app.options(path, preflight)
  }
  app.get('/health', (_request, reply) => reply.type(JSON_TYPE).send('{"status":"ok"}'))
  app.get('/ready', (_request, reply) => {
    const state = options.ready?.() ?? { ready: true }
    return reply
      .code(state.ready ? 200 : 503)
      .type(JSON_TYPE)
      .send(JSON.stringify(state))
  })
  app.get('/openrpc.json', (_request, reply) =>
    reply.type(JSON_TYPE).send(openrpcText(options.registry)),
  )

  return {
    async listen({ host, port }) {
      gate = new Access({ ...access, hosts: [...access.hosts, host] })
      await app.listen({ host, port })
      return urlOf(app)
    },
    close: () => app.close(),
  }
}

function neverUsed(): never {
  throw new Error('a route has a schema, for which there is no compiler')
}

const GREETING = `Ethereum JSON-RPC for Filecoin.

POST a JSON-RPC 2.0 request to this address, or open a WebSocket:

  curl -H 'content-type: application/json' \\
    -d '{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}' <this address>

Methods: /openrpc.json. Liveness: /health, readiness: /ready.
`

function isEndpoint({ routeOptions }: FastifyRequest): boolean {
  return endpoints.some((path) => path === routeOptions.url)
}

function refusedBy(gate: Access, request: FastifyRequest): RpcError | undefined {
  const { host, origin } = request.headers
  if (!gate.allowsHost(host)) {
    return rpcError('forbidden', `host ${shown(host)} is not on the list of allowed hosts`)
  }
  if (!gate.allowsOrigin(origin)) {
    return rpcError('forbidden', `origin ${shown(origin)} is not on the list of allowed origins`)
  }
  return undefined
}

function shown(header: string | undefined): string {
  return JSON.stringify(header?.slice(0, 100))
}

/** The page that asked is allowed; it is named, so that the answer is right for any cache. */
function allowOrigin(request: FastifyRequest, reply: FastifyReply): void {
  const { origin } = request.headers
  if (origin === undefined) return
  reply.header('access-control-allow-origin', origin).header('vary', 'origin')
}

/** A browser asks before it lets a page send JSON, or lets a public page reach localhost. */
function preflight(request: FastifyRequest, reply: FastifyReply) {
  if (request.headers['access-control-request-private-network'] !== undefined) {
    reply.header('access-control-allow-private-network', 'true')
  }
  const asked = request.headers['access-control-request-headers']
  return reply
    .header('access-control-allow-methods', 'GET, POST, OPTIONS')
    .header('access-control-allow-headers', asked ?? 'content-type')
    .header('access-control-max-age', '86400')
    .code(204)
    .send()
}

function sendRefusal(reply: FastifyReply, status: number, error: RpcError) {
  return reply.code(status).header('content-type', JSON_TYPE).send(refusal(error))
}

function urlOf(app: FastifyInstance): string {
  const { address, family, port } = app.server.address() as AddressInfo
  const host = address === '::' || address === '0.0.0.0' ? 'localhost' : address
  return `http://${family === 'IPv6' && host === address ? `[${host}]` : host}:${port}`
}
