import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import solc from 'solc'

const require = createRequire(import.meta.url)

/** Compiles Token.sol with solc-js. @returns {{ abi: any[], bytecode: `0x${string}` }} */
export function compileToken() {
  const input = {
    language: 'Solidity',
    sources: {
      'Token.sol': { content: readFileSync(new URL('Token.sol', import.meta.url), 'utf8') },
    },
    settings: {
      // what Filecoin's EVM has; a newer version may use opcodes that it lacks
      evmVersion: 'cancun',
      optimizer: { enabled: true, runs: 200 },
      outputSelection: { '*': { Token: ['abi', 'evm.bytecode.object'] } },
    },
  }
  const readImport = (path) => ({ contents: readFileSync(require.resolve(path), 'utf8') })
  const output = JSON.parse(solc.compile(JSON.stringify(input), { import: readImport }))
  const errors = (output.errors ?? []).filter(({ severity }) => severity === 'error')
  if (errors.length > 0) throw new Error(errors[0].formattedMessage)
  const { abi, evm } = output.contracts['Token.sol'].Token
  return { abi, bytecode: `0x${evm.bytecode.object}` }
}
