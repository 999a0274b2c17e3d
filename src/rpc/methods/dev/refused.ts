/** Methods of anvil and Hardhat that have no meaning here. Each says why, and what to do instead. */
import { z } from 'zod'
import { devMethodFor } from '../../dev-method.ts'
import { rpcError } from '../../errors.ts'

const method = devMethodFor<object>()

const Anything = z.unknown().optional()

function refused(summary: string, reason: string) {
  return method({
    summary: `${summary}: always an error.`,
    description: `Not here: ${reason}.`,
    params: { first: Anything, second: Anything, third: Anything, fourth: Anything },
    result: z.never(),
    examples: [{ name: 'refused', params: [], result: null, varies: true }],
    handle() {
      throw rpcError('unsupported', reason)
    },
  })
}

const coinbase = 'block.coinbase is always zero in the FEVM, and rewards go to f090'
export const hardhat_setCoinbase = refused('Sets the address of the miner', coinbase)
export const anvil_setCoinbase = hardhat_setCoinbase

const randao = 'PREVRANDAO is the randomness of the Filecoin beacon at the height of the block'
export const hardhat_setPrevRandao = refused('Sets PREVRANDAO', randao)
export const anvil_setPrevRandao = hardhat_setPrevRandao

const gasPrice = 'the base fee of Filecoin has its minimum, 100 attoFIL: start with --gas-price'
export const hardhat_setMinGasPrice = refused('Sets the lowest gas price', gasPrice)
export const anvil_setMinGasPrice = hardhat_setMinGasPrice

const gasLimit = 'the gas limit of a Filecoin block is ten billion, on every network'
export const evm_setBlockGasLimit = refused('Sets the gas limit of blocks', gasLimit)
export const anvil_setBlockGasLimit = evm_setBlockGasLimit

const fork = 'this chain is no fork of another one'
export const anvil_setRpcUrl = refused('Sets the endpoint of a fork', fork)

const chainId = 'signatures and state hold the chain id: start with --chain-id'
export const anvil_setChainId = refused('Sets the chain id', chainId)

const signature = 'a message of Filecoin needs its own signature; impersonate the account instead'
export const anvil_impersonateSignature = refused('Makes a signature recover an address', signature)

const token = 'the slot of a balance differs between tokens: use anvil_setStorageAt'
export const anvil_dealERC20 = refused('Sets the balance of a token', token)
export const anvil_setERC20Allowance = refused('Sets the allowance of a token', token)

const stateFile = 'state is loaded at the start: --load-state FILE, and --dump-state to save it'
export const anvil_dumpState = refused('Answers the state as bytes', stateFile)
export const anvil_loadState = refused('Merges dumped state', stateFile)

const compiler = 'there are no compiler outputs here: use debug_traceTransaction or --trace'
export const hardhat_addCompilationResult = refused('Takes compiler outputs', compiler)
export const hardhat_getStackTraceFailuresCount = refused('Counts failed stack traces', compiler)
