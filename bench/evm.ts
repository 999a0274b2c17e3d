/**
 * How fast is the EVM engine? Programs in raw bytecode and in Solidity, on our interpreter and on
 * @ethereumjs/evm, both with storage in a map. Prints milliseconds per program (best of three)
 * and the ratio. Usage: npx tsx bench/evm.ts [part of a program's name]
 */
import { readFileSync } from 'node:fs'
import solc from 'solc'
import { analyze } from '../src/actors/evm/engine/code.ts'
import { equal, fromHex, toHex, utf8 } from '../src/base/bytes.ts'
import { keccak256 } from '../src/base/hash.ts'
import { assemble } from '../test/actors/evm/engine/assemble.ts'
import { runEngine } from '../test/actors/evm/engine/host.ts'
import { runReference } from '../test/actors/evm/reference.ts'

interface Program {
  name: string
  code: Uint8Array
  calldata: Uint8Array
}

const word = (value: number) => value.toString(16).padStart(64, '0')

/** Runs `body` with a counter on the stack, `count` times. */
function loop(name: string, count: number, before: string, body: string): Program {
  const text = `${before} ${count} loop: ${body} 1 SWAP1 SUB DUP1 @loop JUMPI STOP`
  return { name, code: assemble(text), calldata: new Uint8Array() }
}

/** As in the loop of a compiler: operands below the counter are reached by DUP and SWAP. */
const raw: Program[] = [
  loop(
    'arithmetic',
    100_000,
    '0x9e3779b97f4a7c15f39cc0605cedc8341082276bf3a27251f86c6a11d0c18e95 7',
    'SWAP1 DUP3 MUL 0xfeedfacefeedfacefeedfacefeedface ADD DUP1 67 SHR XOR DUP1 13 SHL ADD SWAP1',
  ),
  loop('counter', 200_000, '0', 'SWAP1 3 ADD DUP1 7 GT ISZERO ISZERO ADD SWAP1'),
  loop(
    'division',
    50_000,
    '0xfedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210',
    'DUP1 0x123456789abcdef0123456789 ADD DUP3 DIV DUP2 1000003 MUL DUP4 MOD ADD POP',
  ),
  loop(
    'mulmod',
    50_000,
    '0x30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd47 3',
    'SWAP1 DUP3 DUP2 DUP3 MULMOD SWAP1 POP SWAP1',
  ),
  loop('memory', 100_000, '', 'DUP1 31 AND 5 SHL DUP1 MLOAD DUP3 ADD SWAP1 MSTORE'),
  loop('keccak of 32 bytes', 50_000, '0 MLOAD POP', '32 0 KECCAK256 0 MSTORE'),
  loop('keccak of 4 KiB', 2_000, '0 4064 MSTORE', '4096 0 KECCAK256 0 MSTORE'),
  loop('storage', 20_000, '', 'DUP1 63 AND DUP1 SLOAD 1 ADD SWAP1 SSTORE'),
]

function compile(file: string, contract: string): { code: Uint8Array } {
  const source = readFileSync(new URL(`./contracts/${file}`, import.meta.url), 'utf8')
  const input = {
    language: 'Solidity',
    sources: { [file]: { content: source } },
    settings: {
      optimizer: { enabled: true, runs: 200 },
      evmVersion: 'cancun',
      outputSelection: { '*': { '*': ['evm.deployedBytecode.object'] } },
    },
  }
  const output = JSON.parse(solc.compile(JSON.stringify(input)))
  const object = output.contracts?.[file]?.[contract]?.evm.deployedBytecode.object
  if (object === undefined) throw new Error(JSON.stringify(output.errors, undefined, 2))
  return { code: fromHex(object) }
}

function call(name: string, code: Uint8Array, signature: string, ...args: number[]): Program {
  const selector = toHex(keccak256(utf8(signature)).subarray(0, 4))
  return { name, code, calldata: fromHex(selector + args.map(word).join('')) }
}

function solidity(): Program[] {
  const { code: compute } = compile('Compute.sol', 'Compute')
  const { code: token } = compile('Token.sol', 'Token')
  return [
    call('solidity: fibonacci', compute, 'fibonacci(uint256)', 50_000),
    call('solidity: insertion sort', compute, 'insertionSort(uint256)', 200),
    call('solidity: merkle root', compute, 'merkleRoot(uint256)', 4_096),
    call('solidity: square roots', compute, 'squareRoots(uint256)', 500),
    call('solidity: ERC-20 transfers', token, 'transfers(uint256)', 2_000),
  ]
}

const filter = process.argv[2] ?? ''
const programs = [...raw, ...solidity()].filter(({ name }) => name.includes(filter))

console.log(
  `${'program'.padEnd(28)}${'ours ms'.padStart(10)}${'ethereumjs ms'.padStart(16)}   ratio`,
)
for (const { name, code, calldata } of programs) {
  const analyzed = analyze(code)
  let ours = Number.POSITIVE_INFINITY
  let theirs = Number.POSITIVE_INFINITY
  // the first rounds of ours also wait for V8 to optimise the engine
  for (let i = 0; i < 5; i++) {
    const start = performance.now()
    const result = runEngine(analyzed, calldata)
    ours = Math.min(ours, performance.now() - start)
    if (!result.success) throw new Error(`${name}: exit ${result.exit}, failure ${result.failure}`)
  }
  for (let i = 0; i < 3; i++) {
    const start = performance.now()
    const result = await runReference(code, calldata)
    theirs = Math.min(theirs, performance.now() - start)
    if (!equal(result.output, runEngine(analyzed, calldata).output)) {
      throw new Error(`${name}: the engines disagree`)
    }
  }
  const cells = [ours.toFixed(2).padStart(10), theirs.toFixed(1).padStart(16)]
  console.log(`${name.padEnd(28)}${cells.join('')}${(theirs / ours).toFixed(0).padStart(8)}`)
}
