/** What a person reads when the development chain has started. */
import type { EthAddress } from '../address/eth-address.ts'
import { to0x, toHex, utf8 } from '../base/bytes.ts'
import { keccak256 } from '../base/hash.ts'
import type { DevConfig } from '../node/config.ts'
import type { DevNode } from '../node/dev-node.ts'
import { digits } from '../node/log.ts'
import { BLOCK_GAS_LIMIT } from '../protocol/network.ts'
import type { Terminal } from './terminal.ts'

export function banner(
  version: string,
  config: DevConfig,
  node: Omit<DevNode, 'close' | 'failed'>,
  { bold }: Pick<Terminal, 'bold'>,
): string {
  const { networkPrefix: prefix, chainId } = config
  const currency = prefix === 'f' ? 'FIL' : 'tFIL'
  const { ethereum, native, mnemonic } = node.accounts
  const balance = `${fil(config.balance)} ${currency}`
  return [
    `${bold(`fevm-gateway ${version}`)}: a local Filecoin EVM chain`,
    '',
    bold(`Ethereum accounts, ${balance} each`),
    `  0x address, its Filecoin form, the ${prefix}1 address of the same key (another account, empty)`,
    ...ethereum.flatMap(({ ethAddress, address, secp256k1Address, privateKey }, index) => [
      `${`(${index})`.padStart(5)} ${checksumAddress(ethAddress)}`,
      `      ${address.toString(prefix)}`,
      `      ${secp256k1Address.toString(prefix)}`,
      `      private key ${to0x(privateKey)}`,
    ]),
    '',
    bold(`Filecoin accounts, ${balance} each`),
    ...native.flatMap(({ kind, address, privateKey }) => [
      `  ${address.toString(prefix)}`,
      `      ${kind} private key ${toHex(privateKey)}`,
    ]),
    '',
    `Mnemonic: ${mnemonic}`,
    bold('These keys are public: on a real network whatever they hold is stolen at once.'),
    '',
    bold('Chain'),
    `  Chain id          ${chainId}`,
    ...actorsLines(node, bold),
    `  Newest block      ${node.epoch}`,
    `  Base fee          ${digits(node.baseFee)} attoFIL per gas unit`,
    `  Block gas limit   ${digits(BLOCK_GAS_LIMIT)}`,
    `  Blocks            ${mining(config)}`,
    ...(config.ethereumGas
      ? [`  Gas               on the scale of Ethereum (--ethereum-gas): not as on Filecoin`]
      : []),
    '',
    bold('Add it to MetaMask (Settings, Networks, Add a network)'),
    '  Network name      FEVM local',
    `  RPC URL           ${node.httpUrl}`,
    `  Chain id          ${chainId}`,
    `  Currency symbol   ${currency}`,
    '',
    `Listening on ${bold(node.httpUrl)} and ${bold(node.wsUrl)}. Stop with Ctrl-C.`,
    '',
  ].join('\n')
}

/** Genuine actors are worth a line, and what nobody checks a loud one. */
function actorsLines(
  { actors, networkVersion }: Pick<DevNode, 'actors' | 'networkVersion'>,
  bold: Terminal['bold'],
): string[] {
  if (actors === undefined) return []
  return [
    `  Actors            genuine, ${actors}, under network version ${networkVersion}`,
    `  Storage proofs    ${bold('NOT VERIFIED: every proof is accepted as valid')}`,
  ]
}

function mining({ blockTime, noMining }: DevConfig): string {
  if (noMining) return 'when asked for (evm_mine)'
  return blockTime === undefined ? 'at each transaction' : `every ${blockTime / 1000} s`
}

/** attoFIL in FIL, without trailing zeros. */
function fil(attofil: bigint): string {
  const whole = digits(attofil / 10n ** 18n)
  const fraction = (attofil % 10n ** 18n).toString().padStart(18, '0').replace(/0+$/, '')
  return fraction === '' ? whole : `${whole}.${fraction}`
}

/** EIP-55: a letter is a capital where the hash of the lower-case hex has a digit above 7. */
export function checksumAddress(address: EthAddress): string {
  const hex = toHex(address)
  const hash = toHex(keccak256(utf8(hex)))
  const letters = [...hex].map((letter, index) =>
    Number.parseInt(hash[index]!, 16) > 7 ? letter.toUpperCase() : letter,
  )
  return `0x${letters.join('')}`
}
