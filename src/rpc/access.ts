/**
 * Which web pages may talk to this server. A browser sends a page's requests to localhost too, so
 * a server without these checks is open to every site its user visits: directly (Origin) and by
 * DNS rebinding (Host). Programs that are no browsers send no Origin and are not held up.
 */
import { isIP } from 'node:net'

export interface AccessRules {
  /** Names by which the server may be called, besides localhost and IP addresses; `*`: any. */
  readonly hosts: readonly string[]
  /** Origins of pages that may call, besides local pages, extensions and Remix; `*`: any. */
  readonly origins: readonly string[]
}

/** Wallets run as extensions; they ask their user. */
const EXTENSION = /^(chrome|moz|safari-web)-extension:\/\//

const REMIX = 'https://remix.ethereum.org'

export class Access {
  readonly #hosts: ReadonlySet<string>
  readonly #origins: ReadonlySet<string>

  constructor({ hosts, origins }: AccessRules) {
    this.#hosts = new Set(hosts.map((host) => host.toLowerCase()))
    this.#origins = new Set([REMIX, ...origins.map((origin) => origin.toLowerCase())])
  }

  /**
   * @param host the Host header, with or without port. Only HTTP/1.0 has none, and no browser
   * speaks it. An IP address is safe: rebinding needs a name.
   */
  allowsHost(host: string | undefined): boolean {
    if (host === undefined || this.#hosts.has('*')) return true
    const name = hostName(host)
    return name !== undefined && this.#isOwnName(name)
  }

  allowsOrigin(origin: string | undefined): boolean {
    if (origin === undefined || this.#origins.has('*')) return true
    const lower = origin.toLowerCase()
    if (this.#origins.has(lower) || EXTENSION.test(lower)) return true
    const page = /^https?:\/\/(.+)$/.exec(lower)?.[1]
    const name = page === undefined ? undefined : hostName(page)
    return name !== undefined && (isLocal(name) || this.#hosts.has(name))
  }

  #isOwnName(name: string): boolean {
    return isLocal(name) || isIP(name) !== 0 || this.#hosts.has(name)
  }
}

/** Names that a resolver must not send out (RFC 6761), and loopback addresses. */
function isLocal(name: string): boolean {
  return (
    name === 'localhost' ||
    name.endsWith('.localhost') ||
    name === '::1' ||
    (isIP(name) === 4 && name.startsWith('127.'))
  )
}

/** `Name:8545` → `name`, `[::1]:8545` → `::1`; undefined: neither. */
function hostName(host: string): string | undefined {
  const match = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::\d{1,5})?$/.exec(host.toLowerCase())
  return match?.[1] ?? match?.[2]
}
