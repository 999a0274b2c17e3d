/** The actor in AssemblyScript and the contract in Solidity, compiled. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { main } from 'assemblyscript/asc'
import solc from 'solc'

const require = createRequire(import.meta.url)
const folder = fileURLToPath(new URL('.', import.meta.url))

/** @returns {Promise<Uint8Array>} the module */
export async function buildActor() {
  let module
  const args = ['assembly/tally.ts', '--baseDir', folder, '--outFile', 'tally.wasm', '-O3']
  // no import but the syscalls, and as little memory as there can be: both cost gas
  args.push('--runtime', 'stub', '--noAssert', '--use', 'abort=', '--initialMemory', '1')
  const { error, stderr } = await main(args, {
    writeFile(_name, contents) {
      module = contents
    },
  })
  if (error) throw new Error(`asc failed\n${stderr}`, { cause: error })
  return module
}

/** @returns {{ abi: any[], bytecode: `0x${string}` }} */
export function buildContract() {
  const content = readFileSync(new URL('Teller.sol', import.meta.url), 'utf8')
  const input = {
    language: 'Solidity',
    sources: { 'Teller.sol': { content } },
    settings: {
      // what Filecoin's EVM has; a newer version may use opcodes that it lacks
      evmVersion: 'cancun',
      outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object'] } },
    },
  }
  const find = (path) => ({ contents: readFileSync(require.resolve(path), 'utf8') })
  const output = JSON.parse(solc.compile(JSON.stringify(input), { import: find }))
  const problem = output.errors?.find(({ severity }) => severity === 'error')
  if (problem) throw new Error(problem.formattedMessage)
  const { abi, evm } = output.contracts['Teller.sol'].Teller
  return { abi, bytecode: `0x${evm.bytecode.object}` }
}
