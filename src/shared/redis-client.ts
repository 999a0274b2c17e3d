/**
 * Connections to Redis or Valkey: one server, a set watched by Sentinels, or a Cluster.
 *
 *     redis://[user:password@]host:port[/database]        rediss:// with TLS
 *     redis+sentinel://[user:password@]host:port[,host:port…]/name-of-the-master
 *     redis+cluster://[user:password@]host:port[,host:port…]
 *
 * The client's own defaults wait for ever on a server that hangs or is gone. Here every command
 * has an end, none waits in a queue for a connection, and a new connection is tried at least once
 * a second.
 */
import { Cluster, Redis, type RedisOptions } from 'ioredis'
import { StoreUrlError } from './store-url-error.ts'

export type RedisClient = Redis | Cluster

export interface ClientOptions {
  /** Milliseconds that a command may take; 0: as long as the server wants (blocking commands). */
  readonly commandTimeout: number
  /** Hears of lost connections, which are nobody's bug. */
  readonly onError?: (error: Error) => void
}

type ConnectionOptions = Omit<RedisOptions, 'replyMapping' | 'himportFieldsets'>

const LONGEST_RETRY = 1_000
const DEFAULT_PORT = 6379

interface StoreAddress {
  readonly kind: 'redis' | 'rediss' | 'redis+sentinel' | 'redis+cluster'
  readonly nodes: readonly { readonly host: string; readonly port: number }[]
  readonly username: string | undefined
  readonly password: string | undefined
  readonly path: string
}

/** @throws StoreUrlError */
export function parseStoreUrl(url: string): StoreAddress {
  const match =
    /^(redis|rediss|redis\+sentinel|redis\+cluster):\/\/(?:([^:@/]*)(?::([^@/]*))?@)?([^/?#]+)\/?([^/?#]*)$/.exec(
      url,
    )
  if (match === null) {
    throw new StoreUrlError(
      'expected redis://host:port, rediss://…, redis+sentinel://host:port,…/master or redis+cluster://host:port,…',
    )
  }
  const [, kind, username, password, hosts, path] = match
  const nodes = hosts!.split(',').map((host) => {
    const parts = /^(\[[0-9a-f:.]+\]|[^:]+)(?::(\d{1,5}))?$/i.exec(host)
    if (parts === null) throw new StoreUrlError(`${host} is not host:port`)
    const name = parts[1]!.replace(/^\[|\]$/g, '')
    return { host: name, port: Number(parts[2] ?? DEFAULT_PORT) }
  })
  if (kind === 'redis+sentinel' && path === '') {
    throw new StoreUrlError("the master's name is missing: redis+sentinel://host:port/name")
  }
  return {
    kind: kind as StoreAddress['kind'],
    nodes,
    username: username ? decodeURIComponent(username) : undefined,
    password: password ? decodeURIComponent(password) : undefined,
    path: path!,
  }
}

export function connectRedis(url: string, options: ClientOptions): RedisClient {
  const address = parseStoreUrl(url)
  const { commandTimeout, onError = () => {} } = options
  const retry = (times: number) => Math.min(times * 50, LONGEST_RETRY)
  const connection = {
    ...(address.username === undefined ? {} : { username: address.username }),
    ...(address.password === undefined ? {} : { password: address.password }),
    ...(commandTimeout === 0 ? {} : { commandTimeout }),
    connectTimeout: 1_000,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    retryStrategy: retry,
    // after a failover the old master refuses to write
    reconnectOnError: (error: Error) => error.message.startsWith('READONLY'),
  } satisfies RedisOptions
  const client = open(address, connection, retry)
  client.on('error', onError)
  return client
}

function open(
  { kind, nodes, path }: StoreAddress,
  connection: ConnectionOptions,
  retry: (times: number) => number,
): RedisClient {
  switch (kind) {
    case 'redis+cluster':
      return new Cluster([...nodes], {
        redisOptions: connection,
        clusterRetryStrategy: retry,
        enableOfflineQueue: false,
        slotsRefreshTimeout: 1_000,
        slotsRefreshInterval: 5_000,
        retryDelayOnFailover: 50,
        maxRedirections: 6,
      })
    case 'redis+sentinel':
      return new Redis({
        ...connection,
        sentinels: [...nodes],
        name: path,
        sentinelRetryStrategy: retry,
        failoverDetector: true,
      })
    case 'redis':
    case 'rediss':
      return new Redis({
        ...connection,
        ...nodes[0]!,
        ...(path === '' ? {} : { db: Number(path) }),
        ...(kind === 'rediss' ? { tls: {} } : {}),
      })
  }
}

/** @throws Error when there is no connection in time */
export function whenConnected(client: RedisClient, milliseconds: number): Promise<void> {
  if (client.status === 'ready') return Promise.resolve()
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      client.off('ready', ready)
      reject(new Error(`no connection within ${milliseconds} ms`))
    }, milliseconds)
    const ready = () => {
      clearTimeout(timer)
      resolve()
    }
    client.once('ready', ready)
  })
}
