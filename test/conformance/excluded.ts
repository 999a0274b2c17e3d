/** Tests that say nothing about the EVM actor though no rule of usable.ts sees it. Not even begun. */
export interface Exclusion {
  readonly name: RegExp
  readonly reason: string
}

const prices = 'about gas prices of Ethereum, which FEVM does not have'
const long = 'takes the reference minutes'

export const excludedNames: readonly Exclusion[] = [
  { name: /^(VMTests\/)?vmPerformance\/loop/, reason: long },
  { name: /^stTimeConsuming\//, reason: long },
  { name: /^stQuadraticComplexityTest\//, reason: long },
  { name: /^stMemoryStressTest\//, reason: prices },
  { name: /^stAttackTest\//, reason: long },
  { name: /Call(code)?50000|1MB1024Calldepth|Callcode50000/i, reason: long },
  { name: /^stEIP1559\//, reason: prices },
  { name: /^stEIP2930\//, reason: prices },
  { name: /^stEIP3607\//, reason: 'who may send: the mempool and the FVM’s preflight decide' },
  { name: /^stEIP150/, reason: prices },
  { name: /^stEIP158Specific\//, reason: 'FEVM keeps accounts that were touched and are empty' },
  { name: /^stRefundTest\//, reason: prices },
  { name: /^stSStoreTest\//, reason: prices },
  { name: /^stTransactionTest\//, reason: prices },
  {
    name: /^stExtCodeHash\/extCodeHashPrecompiles/,
    reason: 'precompiles have the hash of no code, whether anybody paid them or not',
  },
  { name: /^Cancun\/stEIP4844/, reason: 'there are no blobs' },
  {
    name: /^Pyspecs\/cancun\/eip(4844|4788|7516|6780)/,
    reason: 'there are no blobs and no beacon roots; SELFDESTRUCT is older',
  },
]
