/** Compiles Solidity for benchmarks, with OpenZeppelin at hand. */
import { readFileSync } from 'node:fs'
import solc from 'solc'
import type { Abi, Hex } from 'viem'

export interface Compiled {
  readonly abi: Abi
  readonly bytecode: Hex
}

/** By contract name. @throws Error with the compiler's complaints */
export function compile(file: string, source: string): Record<string, Compiled> {
  const input = {
    language: 'Solidity',
    sources: { [file]: { content: source } },
    settings: {
      evmVersion: 'cancun',
      optimizer: { enabled: true, runs: 200 },
      outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object'] } },
    },
  }
  const find = (name: string) => {
    const url = new URL(`../node_modules/${name}`, import.meta.url)
    return { contents: readFileSync(url, 'utf8') }
  }
  const output = JSON.parse(solc.compile(JSON.stringify(input), { import: find }))
  const errors = (output.errors ?? []).filter(
    ({ severity }: { severity: string }) => severity === 'error',
  )
  if (errors.length > 0) throw new Error(JSON.stringify(errors))
  const compiled: Record<string, Compiled> = {}
  for (const [name, contract] of Object.entries<{
    abi: Abi
    evm: { bytecode: { object: string } }
  }>(output.contracts[file])) {
    compiled[name] = { abi: contract.abi, bytecode: `0x${contract.evm.bytecode.object}` }
  }
  return compiled
}
