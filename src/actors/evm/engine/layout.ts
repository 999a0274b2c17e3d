/**
 * The linear memory of an interpreter instance, read by both sides: the AssemblyScript engine
 * (`assembly/`) and its TypeScript owner (`interpreter.ts`). Plain number constants only, so that
 * this file means the same to both compilers.
 *
 *     0x0000  registers          what the owner reads and writes between runs
 *     0x0100  scratch word       32 bytes, big-endian, on the way in or out
 *     0x0200  environment        ten words, constant for the life of a frame; those of the network
 *                                are written when an opcode first needs one
 *     0x0400  costs              u32 milligas, by opcode, then the terms of the formulas
 *     0x0a00  constants          data the compiler places (--memoryBase)
 *     0x0c00  working space      limbs of division, keccak state
 *     0x1000  stack              1,024 words, growing upwards
 *     0x9000  code ‖ zeros ‖ jump destinations ‖ calldata ‖ zeros ‖ EVM memory …
 *
 * A word is 32 bytes little-endian on the stack, big-endian in EVM memory, code and calldata.
 */

// Registers; addresses are in linear memory, PC counts from the first byte of the code.
export const PC = 0x00
export const SP = 0x04 // address of the first free stack word
export const GAS = 0x08 // f64, milligas
export const KERNEL_GAS = 0x10 // f64, milligas
export const OPCODE = 0x18
export const FAILURE = 0x1c // an actor exit code
export const STEPS = 0x20 // opcodes to run before STEP; 0: no bound
export const STEPS_TO_HASH = 0xffff_ffff // of STEPS: run to the end of the next KECCAK256
export const CODE_LENGTH = 0x24
export const JUMPDESTS = 0x28 // bitmap
export const CALLDATA = 0x2c
export const CALLDATA_LENGTH = 0x30
export const RETURN_DATA_LENGTH = 0x34
export const MEMORY = 0x38
export const MEMORY_SIZE = 0x3c
// What the genuine actor's allocator would hold; only gas depends on it (see memory.ts).
export const MEMORY_CAPACITY = 0x40
export const HEAP_FREE = 0x44
export const HEAP_PAGES = 0x48
// A range for the owner: output of RETURN and REVERT, operands of RETURNDATACOPY.
export const RANGE_OFFSET = 0x4c
export const RANGE_SIZE = 0x50
export const RANGE_SOURCE = 0x54
/** Whether the owner has written the network's part of the environment in this frame. */
export const NETWORK_KNOWN = 0x58

export const SCRATCH = 0x100

export const ENVIRONMENT = 0x200
export const ENV_ADDRESS = 0x200
export const ENV_CALLER = 0x220
export const ENV_CALLVALUE = 0x240
export const ENV_GASPRICE = 0x260
export const ENV_COINBASE = 0x280
export const ENV_TIMESTAMP = 0x2a0
export const ENV_NUMBER = 0x2c0
export const ENV_GASLIMIT = 0x2e0
export const ENV_CHAINID = 0x300
export const ENV_BASEFEE = 0x320

export const COSTS = 0x400
export const CONSTANTS = 0xa00
export const WORKING_SPACE = 0xc00
export const STACK = 0x1000
export const STACK_END = 0x9000
export const CODE = 0x9000
/** Zero bytes behind the code: STOP, and the rest of a PUSH32 that the code's end cuts off. */
export const CODE_PADDING = 48
/** Zero bytes behind the calldata, for a CALLDATALOAD that reaches past its end. */
export const CALLDATA_PADDING = 32

// Results of run().
export const EXIT_STOP = 0
export const EXIT_RETURN = 1
export const EXIT_REVERT = 2
export const EXIT_HOST = 3
export const EXIT_OUT_OF_GAS = 4
export const EXIT_FAILED = 5
export const EXIT_STEP = 6
export const EXIT_SLICE = 7 // nothing happened: call run() again
export const EXIT_RETURN_DATA_COPY = 8 // the owner holds the return data: copy, then run() again
export const EXIT_NETWORK = 9 // an opcode needs the network: write its words, then run() again

// Exit codes of the EVM actor (spec: actor exit codes 33..40) and of the virtual machine.
export const SYS_ILLEGAL_INSTRUCTION = 4
export const SYS_OUT_OF_GAS = 7
export const USR_ASSERTION_FAILED = 24
export const INVALID_INSTRUCTION = 34
export const UNDEFINED_INSTRUCTION = 35
export const STACK_UNDERFLOW = 36
export const STACK_OVERFLOW = 37
export const BAD_MEMORY_ACCESS = 38
export const BAD_JUMP = 39

// Entries of the cost table behind the 256 opcodes; values and meaning in ../gas-model.ts.
export const COST_JUMPI_TAKEN = 256
export const COST_COMPARE_0 = 257
export const COST_COMPARE_1 = 258
export const COST_COMPARE_2 = 259
export const COST_COMPARE_3 = 260
export const COST_COMPARE_4 = 261
export const COST_SIGNED_COMPARE = 262
export const COST_EQ_BYTE = 263
export const COST_SHL = 264
export const COST_SHL_LIMB = 265
export const COST_SHR = 266
export const COST_SHR_LIMB = 267
export const COST_SAR = 268
export const COST_SAR_LIMB = 269
export const COST_SAR_NEGATIVE = 270
export const COST_ONE_LIMB_INDEX = 271
export const COST_BYTE = 272
export const COST_SIGNEXTEND_0 = 273
export const COST_SIGNEXTEND_1 = 274
export const COST_SIGNEXTEND_2 = 275
export const COST_SIGNEXTEND_3 = 276
export const COST_CLZ_LIMB = 277
export const COST_DIV_LESS = 278
export const COST_DIV_SHORT = 279
export const COST_DIV_WIDE = 280
export const COST_DIV_LONG = 281
export const COST_DIV_SHIFT = 282
export const COST_DIV_ROUND = 283
export const COST_DIV_LIMB = 284
export const COST_DIV_NEGATE = 285
export const COST_MODULAR_LESS = 286
export const COST_MODULAR_SHORT = 287
export const COST_MODULAR_WIDE = 288
export const COST_MODULAR_LONG = 289
export const COST_MODULAR_SHIFT = 290
export const COST_MODULAR_ROUND = 291
export const COST_MODULAR_LIMB = 292
export const COST_MULMOD = 293
export const COST_MULMOD_LIMB = 294
export const COST_EXP_NONZERO = 295
export const COST_EXP_BIT = 296
export const COST_EXP_ONE = 297
export const COST_KECCAK_DATA = 298
export const COST_KECCAK_KERNEL = 299
export const COST_KECCAK_KERNEL_BYTE = 300
export const COST_CALLDATALOAD_DATA = 301
export const COST_COPY_BYTE = 302
export const COST_MEMORY_EXPAND = 303
export const COST_MEMORY_FILL_BYTE = 304
export const COST_MEMORY_REALLOCATE = 305
export const COST_MEMORY_MOVE_BYTE = 306
export const COST_HEAP_GROW = 307
export const COST_HEAP_PAGE = 308
export const COST_COUNT = 309
