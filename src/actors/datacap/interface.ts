/** Methods of the DataCap token, what they take and what they give (FRC-46 and a little more). */
import { address, bigint, bytes, list, tuple } from '../../ipld/codec.ts'
import { methodNumber } from '../../protocol/method.ts'

/** Units in a token: 18 decimals. */
export const TOKEN_PRECISION = 10n ** 18n

export const allowanceParams = tuple({ owner: address, operator: address })
export const changeAllowanceParams = tuple({ operator: address, delta: bigint })
export const revokeAllowanceParams = tuple({ operator: address })
export const burnParams = tuple({ amount: bigint })
export const burnReturn = tuple({ balance: bigint })
export const burnFromParams = tuple({ owner: address, amount: bigint })
export const burnFromReturn = tuple({ balance: bigint, allowance: bigint })

const transfer = { to: address, amount: bigint, operatorData: bytes }
export const transferParams = tuple(transfer)
export const transferFromParams = tuple({ from: address, ...transfer })
const balances = { fromBalance: bigint, toBalance: bigint }
export const transferReturn = tuple({ ...balances, recipientData: bytes })
export const transferFromReturn = tuple({ ...balances, allowance: bigint, recipientData: bytes })

export const mintParams = tuple({ to: address, amount: bigint, operators: list(address) })
export const mintReturn = tuple({ balance: bigint, supply: bigint, recipientData: bytes })
export const destroyParams = tuple({ owner: address, amount: bigint })

/** Numbers of the exported methods; there are no others but the constructor. */
export const datacapMethods = {
  Name: methodNumber('Name'),
  Symbol: methodNumber('Symbol'),
  Granularity: methodNumber('Granularity'),
  TotalSupply: methodNumber('TotalSupply'),
  Balance: methodNumber('Balance'),
  Allowance: methodNumber('Allowance'),
  IncreaseAllowance: methodNumber('IncreaseAllowance'),
  DecreaseAllowance: methodNumber('DecreaseAllowance'),
  RevokeAllowance: methodNumber('RevokeAllowance'),
  Burn: methodNumber('Burn'),
  BurnFrom: methodNumber('BurnFrom'),
  Transfer: methodNumber('Transfer'),
  TransferFrom: methodNumber('TransferFrom'),
  Mint: methodNumber('Mint'),
  Destroy: methodNumber('Destroy'),
} as const
