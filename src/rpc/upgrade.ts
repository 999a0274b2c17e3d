/**
 * Requests that offer to go on in another protocol. Once a server takes WebSockets, Node.js hands
 * it every such request, but Java's HTTP client offers HTTP/2 with its first request and curl on
 * demand. A server may pass over the offer (RFC 9110, 7.8): such a request is read again without it.
 */
import { EventEmitter } from 'node:events'
import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'

const offers = new Set(['upgrade', 'connection', 'http2-settings'])

/** @returns what emits `upgrade` for WebSockets only */
export function webSocketUpgrades(server: Server): EventEmitter {
  const upgrades = new EventEmitter()
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (request.headers.upgrade?.toLowerCase() === 'websocket') {
      upgrades.emit('upgrade', request, socket, head)
    } else {
      socket.unshift(Buffer.concat([Buffer.from(withoutOffer(request), 'latin1'), head]))
      server.emit('connection', socket)
    }
  })
  return upgrades
}

/** The head of the request, up to its body. */
function withoutOffer({ method, url, httpVersion, rawHeaders }: IncomingMessage): string {
  const lines = [`${method} ${url} HTTP/${httpVersion}`]
  for (let i = 0; i < rawHeaders.length; i += 2) {
    if (!offers.has(rawHeaders[i]!.toLowerCase()))
      lines.push(`${rawHeaders[i]}: ${rawHeaders[i + 1]}`)
  }
  return `${lines.join('\r\n')}\r\n\r\n`
}
