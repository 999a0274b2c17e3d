/**
 * A WebSocket client of one page, which can also do what an honest one cannot: stop reading, send
 * too much, send what is not UTF-8.
 */
import { randomBytes } from 'node:crypto'
import { request } from 'node:http'
import type { Socket } from 'node:net'
import { afterAll } from 'vitest'

const TEXT = 1
const CLOSE = 8
const PING = 9
const PONG = 10

export class TestSocket {
  readonly messages: unknown[] = []
  readonly socket: Socket
  /** Code of the close frame; undefined while there was none. */
  closeCode: number | undefined
  #buffer: Buffer = Buffer.alloc(0)
  #wake = () => {}

  private constructor(socket: Socket, head: Buffer) {
    this.socket = socket
    socket.on('data', (data) => this.#read(data))
    socket.on('close', () => this.#wake())
    socket.on('error', () => {})
    this.#read(head)
  }

  /** @throws the HTTP status when the server refuses */
  static async open(url: string, headers: Record<string, string> = {}): Promise<TestSocket> {
    const upgrade = request(url, {
      headers: {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': randomBytes(16).toString('base64'),
        ...headers,
      },
    })
    upgrade.end()
    return new Promise((resolve, reject) => {
      upgrade.on('response', ({ statusCode }) => reject(statusCode))
      upgrade.on('error', reject)
      upgrade.on('upgrade', (_response, socket: Socket, head) => {
        const client = new TestSocket(socket, head)
        afterAll(() => socket.destroy())
        resolve(client)
      })
    })
  }

  send(data: unknown): void {
    const text = typeof data === 'string' ? data : JSON.stringify(data)
    this.frame(TEXT, Buffer.from(text))
  }

  frame(opcode: number, payload: Buffer): void {
    const { length } = payload
    const head = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10)
    head[0] = 0x80 | opcode
    head[1] = 0x80 | (length < 126 ? length : length < 65_536 ? 126 : 127)
    if (head.length === 4) head.writeUInt16BE(length, 2)
    if (head.length === 10) head.writeBigUInt64BE(BigInt(length), 2)
    // a mask of zeros leaves the payload as it is
    this.socket.write(Buffer.concat([head, Buffer.alloc(4), payload]))
  }

  /** The next message that was not taken yet. */
  async next(): Promise<unknown> {
    while (this.messages.length === 0) {
      if (this.socket.closed) throw new Error(`closed with ${this.closeCode}`)
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    return this.messages.shift()
  }

  /** Sends a request and takes the next message as the answer. */
  call(method: string, params: unknown = [], id: unknown = 1): Promise<unknown> {
    this.send({ jsonrpc: '2.0', id, method, params })
    return this.next()
  }

  async closed(): Promise<number | undefined> {
    if (!this.socket.closed) await new Promise((resolve) => this.socket.once('close', resolve))
    return this.closeCode
  }

  #read(data: Buffer): void {
    this.#buffer = Buffer.concat([this.#buffer, data])
    for (;;) {
      const frame = takeFrame(this.#buffer)
      if (frame === undefined) return
      this.#buffer = this.#buffer.subarray(frame.end)
      if (frame.opcode === TEXT) {
        this.messages.push(JSON.parse(frame.payload.toString()))
        this.#wake()
      } else if (frame.opcode === PING) {
        this.frame(PONG, frame.payload)
      } else if (frame.opcode === CLOSE) {
        this.closeCode = frame.payload.length < 2 ? 1005 : frame.payload.readUInt16BE(0)
        this.frame(CLOSE, frame.payload)
        this.socket.end()
      }
    }
  }
}

function takeFrame(buffer: Buffer) {
  if (buffer.length < 2) return undefined
  const short = buffer[1]! & 0x7f
  const start = short === 126 ? 4 : short === 127 ? 10 : 2
  if (buffer.length < start) return undefined
  const length =
    short === 126
      ? buffer.readUInt16BE(2)
      : short === 127
        ? Number(buffer.readBigUInt64BE(2))
        : short
  const end = start + length
  if (buffer.length < end) return undefined
  return { opcode: buffer[0]! & 0x0f, payload: buffer.subarray(start, end), end }
}
