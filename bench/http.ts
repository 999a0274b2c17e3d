/**
 * What a client of the node feels: transactions and reads through HTTP, with the server's own CPU
 * time per operation, which a busy machine hardly moves.
 *
 *     npm run build && npx tsx bench/http.ts                          this node
 *     (cd bench/peers && npm install) && npx tsx bench/http.ts --peers  next to anvil and Hardhat
 *
 * --quick: a tenth of the work. HARDHAT_NODE: the Node.js that runs Hardhat (22 or newer).
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import http from 'node:http'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { encodeDeployData, encodeFunctionData, type Hex, keccak256, toHex } from 'viem'
import { type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts'
import { compile } from './solidity.ts'

const SENDERS = 50
const CLIENTS = 64
const quick = process.argv.includes('--quick')
const scale = quick ? 0.1 : 1

const MASTER = '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80'
const fees = { maxFeePerGas: 3_000_000_000n, maxPriorityFeePerGas: 1_000_000n }

const contracts = compile(
  'Bench.sol',
  `// SPDX-License-Identifier: MIT
  pragma solidity ^0.8.20;
  import "@openzeppelin/contracts/token/ERC20/ERC20.sol";
  contract Token is ERC20 {
    constructor() ERC20("Token", "TOK") { _mint(msg.sender, 1e30); }
  }
  contract Emitter {
    event Ping(uint256 indexed a, address indexed b, uint256 c);
    function emitMany(uint256 n) external { for (uint256 i; i < n; i++) emit Ping(i, msg.sender, i); }
  }`,
)

interface Peer {
  readonly name: string
  readonly command: (port: number) => readonly [string, ...string[]]
  /** Gas limits: Filecoin's are on another scale. */
  readonly gas: { readonly deploy: bigint; readonly call: bigint; readonly logs: bigint }
}

const filecoinGas = { deploy: 100_000_000n, call: 40_000_000n, logs: 1_000_000_000n }
const ethereumGas = { deploy: 3_000_000n, call: 200_000n, logs: 15_000_000n }
const path = (name: string) => fileURLToPath(new URL(name, import.meta.url))
const peersFolder = path('peers/node_modules')

const ours: Peer = {
  name: 'fevm-gateway',
  command: (port) => [process.execPath, path('../dist/cli/main.js'), 'dev', '-q', '-p', `${port}`],
  gas: filecoinGas,
}
const anvil: Peer = {
  name: 'anvil',
  command: (port) => [`${peersFolder}/.bin/anvil`, '--silent', '--port', `${port}`],
  gas: ethereumGas,
}
const hardhat: Peer = {
  name: 'hardhat',
  command: (port) => [
    process.env.HARDHAT_NODE ?? process.execPath,
    `${peersFolder}/hardhat/dist/src/cli.js`,
    '--config',
    path('peers/hardhat.config.js'),
    'node',
    '--port',
    `${port}`,
  ],
  gas: ethereumGas,
}

class Node {
  readonly peer: Peer
  readonly #child: ChildProcess
  readonly #port: number
  readonly #agent = new http.Agent({ keepAlive: true, maxSockets: 256 })
  chainId = 0

  private constructor(peer: Peer, child: ChildProcess, port: number) {
    this.peer = peer
    this.#child = child
    this.#port = port
  }

  static async start(peer: Peer): Promise<Node> {
    const port = await freePort()
    const [command, ...args] = peer.command(port)
    const child = spawn(command, args, { stdio: 'ignore', cwd: path('peers') })
    const node = new Node(peer, child, port)
    for (let tries = 0; ; tries++) {
      try {
        node.chainId = Number(await node.rpc('eth_chainId'))
        return node
      } catch (error) {
        if (tries > 300 || child.exitCode !== null) throw error
        await new Promise((resolve) => setTimeout(resolve, 100))
      }
    }
  }

  // biome-ignore lint/suspicious/noExplicitAny: answers of any method
  rpc(method: string, params: readonly unknown[] = []): Promise<any> {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
    return new Promise((resolve, reject) => {
      const request = http.request(
        {
          port: this.#port,
          host: '127.0.0.1',
          method: 'POST',
          agent: this.#agent,
          headers: { 'content-type': 'application/json', 'content-length': body.length },
        },
        (response) => {
          const chunks: Buffer[] = []
          response.on('data', (chunk: Buffer) => chunks.push(chunk))
          response.on('end', () => {
            const { result, error } = JSON.parse(Buffer.concat(chunks).toString())
            if (error === undefined) resolve(result)
            else reject(new Error(`${this.peer.name} ${method}: ${JSON.stringify(error)}`))
          })
        },
      )
      request.on('error', reject)
      request.end(body)
    })
  }

  /** Microseconds of CPU that the server has used; undefined where the system does not tell. */
  cpu(): number | undefined {
    return this.#child.pid === undefined ? undefined : cpuOf(this.#child.pid)
  }

  async stop(): Promise<void> {
    this.#agent.destroy()
    this.#child.kill('SIGINT')
    await new Promise((resolve) => this.#child.once('exit', resolve))
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}

/** A process and its children, user and system time, in ticks of 10 ms. */
function cpuOf(pid: number): number | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
    let ticks = Number(fields[11]) + Number(fields[12])
    for (const thread of readdirSync(`/proc/${pid}/task`)) {
      const children = readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8')
      for (const child of children.split(' ').filter(Boolean)) {
        ticks += (cpuOf(Number(child)) ?? 0) / 10_000
      }
    }
    return ticks * 10_000
  } catch {
    return undefined
  }
}

interface Measured {
  readonly perSecond: number
  readonly cpuMicros: number | undefined
}

async function measure(node: Node, count: number, run: () => Promise<void>): Promise<Measured> {
  const cpu = node.cpu()
  const start = performance.now()
  await run()
  const seconds = (performance.now() - start) / 1_000
  const used = node.cpu()
  const cpuMicros = cpu === undefined || used === undefined ? undefined : (used - cpu) / count
  return { perSecond: count / seconds, cpuMicros }
}

async function repeat(count: number, clients: number, call: () => Promise<unknown>) {
  let left = count
  const client = async () => {
    while (left-- > 0) await call()
  }
  await Promise.all(Array.from({ length: clients }, client))
}

class Bench {
  readonly node: Node
  readonly rows = new Map<string, Measured>()
  readonly #accounts: PrivateKeyAccount[]
  readonly #nonces: number[]
  readonly #master = privateKeyToAccount(MASTER)
  #masterNonce = 0

  constructor(node: Node) {
    this.node = node
    this.#accounts = Array.from({ length: SENDERS }, (_, i) =>
      privateKeyToAccount(keccak256(toHex(`sender ${i}`))),
    )
    this.#nonces = this.#accounts.map(() => 0)
  }

  async run(): Promise<void> {
    const { gas } = this.node.peer
    for (const { address } of this.#accounts) {
      await this.#sendFromMaster({ to: address, value: 10n ** 20n, gas: gas.call })
    }
    const deploy = (name: 'Token' | 'Emitter') =>
      this.#sendFromMaster({ data: encodeDeployData(contracts[name]!), gas: gas.deploy })
    const token: Hex = (await deploy('Token')).contractAddress
    const emitter: Hex = (await deploy('Emitter')).contractAddress
    const { abi } = contracts.Token!
    const transfer = (to: Hex, amount: bigint) =>
      encodeFunctionData({ abi, functionName: 'transfer', args: [to, amount] })
    for (const { address } of this.#accounts) {
      await this.#sendFromMaster({ to: token, data: transfer(address, 10n ** 18n), gas: gas.call })
    }

    const next = (i: number) => this.#accounts[(i + 1) % SENDERS]!.address
    const value = (i: number) => ({ to: next(i), value: 1n, gas: gas.call })
    const erc20 = (i: number) => ({ to: token, data: transfer(next(i), 1n), gas: gas.call })
    await this.#transactions('transfer, 1 sender', 1, 500, value)
    await this.#transactions('transfer, 50 senders', SENDERS, 60, value)
    await this.#transactions('ERC-20 transfer, 1 sender', 1, 500, erc20)
    await this.#transactions('ERC-20 transfer, 50 senders', SENDERS, 60, erc20)

    const balanceOf = {
      to: token,
      data: encodeFunctionData({ abi, functionName: 'balanceOf', args: [next(0)] }),
    }
    await this.#reads('eth_blockNumber', 20_000, 'eth_blockNumber', [])
    await this.#reads('eth_getBalance', 20_000, 'eth_getBalance', [next(0), 'latest'])
    await this.#reads('eth_call balanceOf', 5_000, 'eth_call', [balanceOf, 'latest'])

    await this.#blockOf100(value)
    await this.#logs(emitter)
  }

  async #transactions(
    name: string,
    senders: number,
    each: number,
    // biome-ignore lint/suspicious/noExplicitAny: fields of a transaction
    make: (sender: number) => any,
  ): Promise<void> {
    const count = Math.max(1, Math.round(each * scale))
    const signed = await this.#sign(senders, count, make)
    const run = () =>
      Promise.all(
        signed.map(async (own) => {
          for (const raw of own) {
            const hash = await this.node.rpc('eth_sendRawTransaction', [raw])
            let receipt = null
            while (receipt === null) {
              receipt = await this.node.rpc('eth_getTransactionReceipt', [hash])
            }
            if (receipt.status !== '0x1') throw new Error(`${name}: a transaction failed`)
          }
        }),
      ).then(() => {})
    this.rows.set(name, await measure(this.node, senders * count, run))
  }

  // biome-ignore lint/suspicious/noExplicitAny: fields of a transaction
  #sign(senders: number, count: number, make: (sender: number) => any): Promise<Hex[][]> {
    const own = async (i: number) => {
      const signed: Hex[] = []
      for (let k = 0; k < count; k++) {
        const transaction = { type: 'eip1559', chainId: this.node.chainId, ...fees, ...make(i) }
        const nonce = this.#nonces[i]!++
        signed.push(await this.#accounts[i]!.signTransaction({ ...transaction, nonce }))
      }
      return signed
    }
    return Promise.all(Array.from({ length: senders }, (_, i) => own(i)))
  }

  async #reads(name: string, count: number, method: string, params: unknown[]): Promise<void> {
    const calls = Math.round(count * scale)
    await repeat(Math.round(calls / 10), CLIENTS, () => this.node.rpc(method, params))
    const run = () => repeat(calls, CLIENTS, () => this.node.rpc(method, params))
    this.rows.set(name, await measure(this.node, calls, run))
  }

  // biome-ignore lint/suspicious/noExplicitAny: fields of a transaction
  async #blockOf100(make: (sender: number) => any): Promise<void> {
    await this.node.rpc('evm_setAutomine', [false])
    const signed = await this.#sign(SENDERS, 2, make)
    for (const raw of signed.flat()) await this.node.rpc('eth_sendRawTransaction', [raw])
    await this.node.rpc('evm_mine', [])
    await this.node.rpc('evm_setAutomine', [true])
    const block = await this.node.rpc('eth_getBlockByNumber', ['latest', true])
    if (block.transactions.length !== 100) {
      throw new Error(`a block of ${block.transactions.length} transactions, not 100`)
    }
    await this.#reads('full block of 100', 1_000, 'eth_getBlockByNumber', [block.number, true])
  }

  async #logs(emitter: Hex): Promise<void> {
    const data = encodeFunctionData({
      abi: contracts.Emitter!.abi,
      functionName: 'emitMany',
      args: [100n],
    })
    const { logs } = this.node.peer.gas
    for (let i = 0; i < 100; i++) await this.#sendFromMaster({ to: emitter, data, gas: logs })
    const filter = { address: emitter, fromBlock: '0x0', toBlock: 'latest' }
    const found = await this.node.rpc('eth_getLogs', [filter])
    if (found.length !== 10_000) throw new Error(`${found.length} logs, not 10,000`)
    const run = () => repeat(20, 1, () => this.node.rpc('eth_getLogs', [filter]))
    this.rows.set('10,000 logs', await measure(this.node, 20, run))
  }

  // biome-ignore lint/suspicious/noExplicitAny: fields of a transaction, and the receipt
  async #sendFromMaster(fields: any): Promise<any> {
    const raw = await this.#master.signTransaction({
      type: 'eip1559',
      chainId: this.node.chainId,
      ...fees,
      ...fields,
      nonce: this.#masterNonce++,
    })
    const hash = await this.node.rpc('eth_sendRawTransaction', [raw])
    for (;;) {
      const receipt = await this.node.rpc('eth_getTransactionReceipt', [hash])
      if (receipt !== null) return receipt
    }
  }
}

function report(benches: readonly Bench[]): void {
  const names = benches.map(({ node }) => node.peer.name)
  const columns = names.map((name) => `${name.padStart(14)} /s  cpu us`).join('')
  console.log(`${''.padEnd(30)}${columns}`)
  for (const row of benches[0]!.rows.keys()) {
    const cells = benches.map(({ rows }) => {
      const { perSecond, cpuMicros } = rows.get(row)!
      const cpu = cpuMicros === undefined ? '-' : cpuMicros.toFixed(0)
      return `${perSecond.toFixed(0).padStart(17)}${cpu.padStart(8)}`
    })
    console.log(`${row.padEnd(30)}${cells.join('')}`)
  }
}

const peers = [ours]
if (process.argv.includes('--peers')) {
  if (!existsSync(peersFolder)) throw new Error('first: (cd bench/peers && npm install)')
  peers.push(hardhat, anvil)
}
const benches: Bench[] = []
for (const peer of peers) {
  const node = await Node.start(peer)
  const bench = new Bench(node)
  try {
    await bench.run()
    benches.push(bench)
  } finally {
    await node.stop()
  }
}
report(benches)
