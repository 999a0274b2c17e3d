/** The Solidity contracts of this folder, compiled once per process. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import solc from 'solc'
import type { Abi, Hex } from 'viem'

export interface Contract {
  readonly abi: Abi
  readonly bytecode: Hex
}

const require = createRequire(import.meta.url)
const compiled = new Map<string, Readonly<Record<string, Contract>>>()

/** @returns the contracts of one file by name. @throws Error with the compiler's complaints */
export function contracts(file: string): Readonly<Record<string, Contract>> {
  let known = compiled.get(file)
  if (known === undefined) {
    known = compile(file)
    compiled.set(file, known)
  }
  return known
}

/** The contract that a file is named after. */
export function contract(name: string): Contract {
  return contracts(`${name}.sol`)[name]!
}

function compile(file: string): Record<string, Contract> {
  const input = {
    language: 'Solidity',
    sources: { [file]: { content: readFileSync(new URL(file, import.meta.url), 'utf8') } },
    settings: {
      // what Filecoin's EVM has
      evmVersion: 'cancun',
      optimizer: { enabled: true, runs: 200 },
      outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object'] } },
    },
  }
  const find = (path: string) => ({ contents: readFileSync(require.resolve(path), 'utf8') })
  const output = JSON.parse(solc.compile(JSON.stringify(input), { import: find })) as Output
  const errors = (output.errors ?? []).filter(({ severity }) => severity === 'error')
  if (errors.length > 0) throw new Error(errors[0]!.formattedMessage)
  return Object.fromEntries(
    Object.entries(output.contracts[file]!).map(([name, { abi, evm }]) => [
      name,
      { abi, bytecode: `0x${evm.bytecode.object}` },
    ]),
  )
}

interface Output {
  readonly errors?: readonly { readonly severity: string; readonly formattedMessage: string }[]
  readonly contracts: Record<
    string,
    Record<string, { abi: Abi; evm: { bytecode: { object: string } } }>
  >
}
