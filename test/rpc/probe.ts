/** A contract that does what tests of the methods need, compiled when it is first asked for. */
import solc from 'solc'
import { type Abi, encodeFunctionData, type Hex } from 'viem'

const source = `
// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

contract Probe {
  event Ping(uint256 indexed number, address indexed sender, string text);
  error Custom(uint256 code);

  uint256 public value = 7;

  function set(uint256 next) external payable { value = next; }

  function ping(uint256 from, uint256 count) external {
    for (uint256 i = from; i < from + count; i++) emit Ping(i, msg.sender, "ping");
  }

  function fail(uint256 how) external pure returns (uint256) {
    if (how == 0) revert();
    if (how == 1) revert("not the owner");
    if (how == 2) revert Custom(42);
    if (how == 3) assert(false);
    if (how == 4) return how / (how - 4);
    if (how == 5) assembly { invalid() }
    while (true) how++;
    return how;
  }

  function whoami() external view returns (address) { return msg.sender; }
}`

export interface Probe {
  readonly abi: Abi
  readonly bytecode: Hex
}

const input = {
  language: 'Solidity',
  sources: { probe: { content: source } },
  settings: {
    evmVersion: 'cancun',
    outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object'] } },
  },
}
const output = JSON.parse(solc.compile(JSON.stringify(input)))
const { abi, evm } = output.contracts.probe.Probe

export const probe: Probe = { abi, bytecode: `0x${evm.bytecode.object}` }

/** Calldata. */
export function calling(name: string, ...args: unknown[]): Hex {
  return encodeFunctionData({ abi: probe.abi, functionName: name, args })
}
