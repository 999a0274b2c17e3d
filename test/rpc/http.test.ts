import { once } from 'node:events'
import { connect } from 'node:net'
import { describe, expect, test } from 'vitest'
import { call, post, startServer } from './server.ts'

const { url } = await startServer({}, { hosts: ['node.example'], origins: ['https://my.app'] })
const { port } = new URL(url)
const add = call('test_add', [1])

/** A request byte for byte, for what fetch will not send. */
async function raw(text: string): Promise<string> {
  const socket = connect(Number(port), '127.0.0.1')
  socket.end(text.replaceAll('\n', '\r\n'))
  let reply = ''
  for await (const chunk of socket) reply += chunk
  return reply
}

function rawPost(headers: string, body = JSON.stringify(add)): Promise<string> {
  const head = `POST / HTTP/1.1\n${headers}Connection: close\nContent-Length: ${body.length}\n\n`
  return raw(head).then(() => raw(head + body))
}

describe('the endpoint', () => {
  test.each(['/', '/rpc/v0', '/rpc/v1', '/rpc/v2', '/rpc/v1/'])('is at %s', async (path) => {
    const { status, headers, body } = await post(url + path, add)
    expect(status).toBe(200)
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect(body.result).toBe(2)
  })

  test.each([
    'application/json',
    'application/json; charset=utf-8',
    'text/plain',
    'application/x-www-form-urlencoded',
  ])('takes content type %s', async (type) => {
    expect((await post(url, add, { 'content-type': type })).body.result).toBe(2)
  })

  test('passes over the offer to go on in HTTP/2', async () => {
    const offer = 'Upgrade: h2c\nHTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\n'
    const body = JSON.stringify(add)
    const head = `POST / HTTP/1.1\nHost: localhost\nConnection: Upgrade, HTTP2-Settings\n${offer}`
    const request = `${head}Content-Length: ${body.length}\n\n${body}`
    // the connection stays open for more
    const second = `POST / HTTP/1.1\nHost: localhost\nConnection: close\nContent-Length: ${body.length}\n\n${body}`
    const replies = await raw(request + second)
    expect(replies.match(/HTTP\/1.1 200/g)).toHaveLength(2)
    expect(replies.match(/"result":2/g)).toHaveLength(2)
  })

  test('says what a content type looks like', async () => {
    const { status, body } = await post(url, add, { 'content-type': 'nonsense' })
    expect(status).toBe(415)
    expect(body).toMatchObject({ error: { code: -32600, message: /Unsupported Media Type/ } })
  })

  test('takes no content type', async () => {
    expect(await rawPost(`Host: 127.0.0.1:${port}\n`)).toContain('"result":2')
  })

  test('answers errors of methods with status 200', async () => {
    expect((await post(url, call('nothing'))).status).toBe(200)
    expect((await post(url, call('test_add'))).status).toBe(200)
    expect((await post(url, call('test_bug'))).status).toBe(200)
  })

  test('tells a lost client where to go', async () => {
    expect(await post(`${url}/rpc`, add)).toMatchObject({
      status: 404,
      body: {
        error: { code: -32600, message: 'invalid request: nothing at POST /rpc, POST to /' },
      },
    })
    const greeting = await fetch(url)
    expect(greeting.status).toBe(200)
    expect(await greeting.text()).toContain('eth_chainId')
    expect((await fetch(url, { method: 'HEAD' })).status).toBe(200)
  })

  test('has pages for machines', async () => {
    expect(await (await fetch(`${url}/health`)).json()).toEqual({ status: 'ok' })
    expect(await (await fetch(`${url}/ready`)).json()).toEqual({ ready: true })
    const document = await (await fetch(`${url}/openrpc.json`)).json()
    expect(document).toMatchObject({ openrpc: '1.3.2' })
    expect((await post(url, call('rpc.discover'))).body.result).toEqual(document)
  })
})

describe('hosts', () => {
  test.each(['localhost', '127.0.0.1', '[::1]', 'fevm.localhost', '192.168.1.5', 'node.example'])(
    '%s is allowed',
    async (host) => {
      expect(await rawPost(`Host: ${host}:${port}\n`)).toContain('"result":2')
      expect(await rawPost(`Host: ${host}\n`)).toContain('"result":2')
    },
  )

  test.each([
    'evil.example',
    'localhost.evil.example',
    'node.example.evil',
    '',
    '127.0.0.1.evil.example',
    '[::1].evil',
    'localhost@evil.example',
  ])('%j is refused: the page may have rebound its name to this address', async (host) => {
    const reply = await rawPost(`Host: ${host}\n`)
    expect(reply).toContain('HTTP/1.1 403')
    expect(reply).toContain('"code":-32600')
  })

  test('all are allowed with *', async () => {
    const { url } = await startServer({}, { hosts: ['*'] })
    const reply = await fetch(url, {
      method: 'POST',
      body: JSON.stringify(add),
      headers: { host: 'x' },
    })
    expect(reply.status).toBe(200)
  })
})

describe('web pages', () => {
  const allowed = [
    'http://localhost:3000',
    'http://127.0.0.1:5173',
    'http://[::1]:8080',
    'https://app.localhost',
    'chrome-extension://nkbihfbeogaeaoehlefnkodbefgpgknn',
    'moz-extension://0b7a7d5e-6f0e-4b0e-9a53-0f1b1f1e1d1c',
    'https://remix.ethereum.org',
    'https://my.app',
    'http://node.example:8000',
  ]
  test.each(allowed)('%s may call', async (origin) => {
    const { status, headers } = await post(url, add, { origin })
    expect(status).toBe(200)
    expect(headers.get('access-control-allow-origin')).toBe(origin)
    expect(headers.get('vary')).toBe('origin')
  })

  test.each([
    'https://evil.example',
    'null',
    'http://localhost.evil.example',
    'https://my.app.evil',
    'file://',
  ])('%s may not, whatever the content type', async (origin) => {
    for (const type of ['application/json', 'text/plain']) {
      const { status, headers, body } = await post(url, add, { origin, 'content-type': type })
      expect(status).toBe(403)
      expect(headers.get('access-control-allow-origin')).toBeNull()
      expect(body.error.message).toBe(`origin "${origin}" is not on the list of allowed origins`)
    }
  })

  test('ask first', async () => {
    const headers = {
      origin: 'http://localhost:3000',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type,x-requested-with',
      'access-control-request-private-network': 'true',
    }
    const reply = await fetch(url, { method: 'OPTIONS', headers })
    expect(reply.status).toBe(204)
    expect(Object.fromEntries(reply.headers)).toMatchObject({
      'access-control-allow-origin': 'http://localhost:3000',
      'access-control-allow-methods': 'GET, POST, OPTIONS',
      'access-control-allow-headers': 'content-type,x-requested-with',
      'access-control-allow-private-network': 'true',
      'access-control-max-age': '86400',
    })
    const evil = { ...headers, origin: 'https://evil.example' }
    expect((await fetch(url, { method: 'OPTIONS', headers: evil })).status).toBe(403)
  })

  test('are all allowed with *', async () => {
    const { url } = await startServer({}, { origins: ['*'] })
    expect((await post(url, add, { origin: 'https://any.example' })).status).toBe(200)
  })
})

describe('hostile bodies', () => {
  async function timed(body: string) {
    const start = performance.now()
    const reply = await post(url, body)
    return { ...reply, milliseconds: performance.now() - start }
  }

  test('2 MiB: status 413 and a clear error', async () => {
    expect(await post(url, 'x'.repeat(2 << 20))).toMatchObject({
      status: 413,
      body: {
        jsonrpc: '2.0',
        id: null,
        error: { code: -32600, message: 'request bigger than maximum 1048576 bytes allowed' },
      },
    })
  })

  test.each([
    ['[', 'levels of nesting'],
    ['{"a":', 'levels of nesting'],
    ['[{"a":', 'levels of nesting'],
  ])('a megabyte of %s', async (piece, words) => {
    const { status, body, milliseconds } = await timed(piece.repeat((1 << 20) / piece.length))
    expect(status).toBe(400)
    expect(body.error.message).toContain(words)
    expect(milliseconds).toBeLessThan(200)
  })

  test('a hundred thousand keys', async () => {
    const keys = Array.from({ length: 100_000 }, (_, i) => `"${i.toString(36)}":0`)
    const { body, milliseconds } = await timed(`{${keys}}`)
    expect(body.error.message).toBe('request has too many members: at most 10000')
    expect(milliseconds).toBeLessThan(200)
  })

  test('brackets, colons and commas in strings do not count', async () => {
    const name = `\\"${'[{:,'.repeat(10_000)}\\\\`
    const { body } = await timed(
      `{"jsonrpc":"2.0","id":"${name}","method":"test_add","params":[1]}`,
    )
    expect(body.result).toBe(2)
  })

  test('a string that does not end', async () => {
    expect((await timed(`"${'\\'.repeat(1_000_000)}`)).body.error.code).toBe(-32700)
  })

  test('__proto__ pollutes nothing', async () => {
    await post(
      url,
      '{"__proto__":{"polluted":1},"jsonrpc":"2.0","id":1,"method":"test_add","params":[1]}',
    )
    await post(
      url,
      '{"jsonrpc":"2.0","id":1,"method":"test_add","params":{"a":1,"constructor":{"prototype":{"polluted":1}}}}',
    )
    expect(({} as { polluted?: number }).polluted).toBeUndefined()
  })

  test('a request that never ends is cut off, and holds nobody up', async () => {
    const { url } = await startServer({ arrival: 500 })
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    socket.write('POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{')
    const drip = setInterval(() => socket.write(' '), 50)
    socket.on('error', () => {})
    const start = performance.now()
    expect((await post(url, add)).body.result).toBe(2)
    socket.resume()
    await once(socket, 'close')
    clearInterval(drip)
    expect(performance.now() - start).toBeLessThan(3000)
  })
})
