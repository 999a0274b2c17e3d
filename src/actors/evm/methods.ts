/** Method numbers of the EVM actor. InvokeEVM has its FRC-42 number, see protocol/method.ts. */
export const Resurrect = 2n
export const GetBytecode = 3n
export const GetBytecodeHash = 4n
export const GetStorageAt = 5n
export const InvokeContractDelegate = 6n
