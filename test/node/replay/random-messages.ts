/**
 * Random messages on a small chain state: contracts that call whatever they are told to, multisig
 * wallets, payment channels, DataCap, deployments, accounts. Most messages make sense, many fail.
 */
import {
  AuthenticateMessage,
  authenticateMessageParams,
} from '../../../src/actors/account/authenticate.ts'
import * as datacap from '../../../src/actors/datacap/interface.ts'
import { create2Params, createParams } from '../../../src/actors/evm/create-params.ts'
import {
  Approve,
  Cancel,
  multisigConstructorParams,
  Propose,
  transactionParams,
} from '../../../src/actors/multisig/actor.ts'
import { proposalCodec } from '../../../src/actors/multisig/state.ts'
import {
  Collect,
  paymentChannelConstructorParams,
  Settle,
  UpdateChannelState,
  updateChannelStateParams,
} from '../../../src/actors/paymentchannel/actor.ts'
import { type Voucher, voucherSigningBytes } from '../../../src/actors/paymentchannel/state.ts'
import { Receive, receiveParams } from '../../../src/actors/receiver.ts'
import { Address } from '../../../src/address/address.ts'
import { maskedId } from '../../../src/address/eth-address.ts'
import { concat, EMPTY, fromBigIntPadded, fromHex } from '../../../src/base/bytes.ts'
import { blake2b256 } from '../../../src/base/hash.ts'
import { genesisState } from '../../../src/chain/genesis.ts'
import { beaconDigest, ticketDigest } from '../../../src/chain/randomness.ts'
import type { ActorRegistry } from '../../../src/fvm/machine.ts'
import { MemoryBlockstore } from '../../../src/ipld/blockstore.ts'
import { CID, Codec } from '../../../src/ipld/cid.ts'
import { address, bigint, bool, bytes, int64, tuple, uint64 } from '../../../src/ipld/codec.ts'
import type { Compared, Situation } from '../../../src/node/replay/differential.ts'
import {
  type BuiltinName,
  builtinNames,
  DATACAP_ACTOR,
  EAM_ACTOR,
  INIT_ACTOR,
  STORAGE_MARKET_ACTOR,
  STORAGE_POWER_ACTOR,
  VERIFIED_REGISTRY_ACTOR,
} from '../../../src/protocol/builtin.ts'
import { publicKey, sign } from '../../../src/protocol/crypto/secp256k1.ts'
import { Exec, Exec4, exec4Params, execParams } from '../../../src/protocol/init.ts'
import { InvokeEVM, METHOD_SEND } from '../../../src/protocol/method.ts'
import { SignatureType } from '../../../src/protocol/signature.ts'
import { assemble } from '../../actors/evm/engine/assemble.ts'
import { Random } from '../../actors/evm/engine/random.ts'
import { randomProgram } from '../../actors/evm/engine/random-program.ts'

const FIL = 10n ** 18n
const GAS_LIMIT = 10_000_000_000
const KEYS = [1n, 2n, 3n].map((key) => fromBigIntPadded(key, 32))
const ETH_ACCOUNTS = [0xa1, 0xa2].map((byte) => new Uint8Array(20).fill(byte))

/** Storage miners are not native. */
const nativeNames = builtinNames.filter((name) => name !== 'storageminer')

interface Draft {
  readonly note: string
  readonly from: Address
  readonly to: Address
  readonly method: bigint
  readonly params?: Uint8Array
  readonly value?: bigint
}

/** Calls what its calldata says: kind (call, delegatecall, staticcall), target, value, input. */
const forwarder = assemble(`
  0x60 CALLDATASIZE SUB DUP1 0x60 0 CALLDATACOPY
  0 CALLDATALOAD DUP1 1 EQ @delegate JUMPI 2 EQ @static JUMPI
  0 0 DUP3 0 0x40 CALLDATALOAD 0x20 CALLDATALOAD 0xffffffffffff CALL @end JUMP
  delegate: POP 0 0 DUP3 0 0x20 CALLDATALOAD 0xffffffffffff DELEGATECALL @end JUMP
  static: 0 0 DUP3 0 0x20 CALLDATALOAD 0xffffffffffff STATICCALL
  end: RETURNDATASIZE 0 0 RETURNDATACOPY RETURNDATASIZE 0 DUP3 @ok JUMPI REVERT ok: RETURN`)

/** Creates what its calldata holds after a word: 0 by CREATE, else by CREATE2 with it as salt. */
const factory = assemble(`
  0x20 CALLDATASIZE SUB DUP1 0x20 0 CALLDATACOPY
  0 CALLDATALOAD DUP1 @salted JUMPI POP 0 CALLVALUE CREATE @end JUMP
  salted: SWAP1 0 CALLVALUE CREATE2
  end: 0 MSTORE 0x20 0 RETURN`)

/** Gives itself up to the address in its calldata. */
const mortal = assemble('CALLDATASIZE @die JUMPI STOP die: 0 CALLDATALOAD SELFDESTRUCT')

/** Writes word to word, for each pair in its calldata. */
const writer = assemble(`
  0 loop: DUP1 CALLDATASIZE GT ISZERO @end JUMPI
  DUP1 0x20 ADD CALLDATALOAD DUP2 CALLDATALOAD SSTORE 0x40 ADD @loop JUMP
  end: STOP`)

/** Tells what it finds at the address in its calldata. */
const observer = assemble(`
  0 CALLDATALOAD DUP1 EXTCODESIZE 0 MSTORE DUP1 EXTCODEHASH 0x20 MSTORE BALANCE 0x40 MSTORE
  SELFBALANCE 0x60 MSTORE TIMESTAMP 0x80 MSTORE 0xa0 0 RETURN`)

const word = (value: bigint) => fromBigIntPadded(value & ((1n << 256n) - 1n), 32)

/** Code that deploys code. */
function initcodeOf(code: Uint8Array): Uint8Array {
  const size = code.length.toString(16).padStart(4, '0')
  return concat(fromHex(`61${size}80600a5f395ff3`), code)
}

export class RandomMessages {
  readonly #random: Random
  readonly #damage: number
  readonly #registry: ActorRegistry
  readonly #store = new MemoryBlockstore()
  readonly #signers = KEYS.map((key) => Address.secp256k1(publicKey(key)))
  readonly #ethAccounts = ETH_ACCOUNTS.map((payload) => Address.delegated(10n, payload))
  readonly #contracts: Address[] = []
  readonly #wallets: Address[] = []
  readonly #channels: Address[] = []
  #root: CID
  #epoch = 1_000
  #nonce = 0n

  /** @param damage how many of the messages, from 0 to 1, have params that were damaged */
  constructor(seed: number, registry: ActorRegistry, damage = 0.06) {
    this.#random = new Random(seed)
    this.#damage = damage
    this.#registry = registry
    this.#root = genesisState(this.#store, registry, {
      networkName: 'random',
      accounts: [...this.#signers, ...this.#ethAccounts].map((address) => ({
        address,
        balance: 1_000_000n * FIL,
      })),
    })
  }

  /** What is there first, then at random. */
  *messages(count: number): Generator<{ note: string; situation: Situation }, void, Compared> {
    const setup = [
      ...[forwarder, forwarder, factory, mortal, writer, observer].map((code) =>
        this.#deploy(code),
      ),
      this.#newWallet(1n, 0n),
      this.#newWallet(2n, 0n),
      this.#newWallet(1n, 2_000n),
      this.#newChannel(),
    ]
    for (let i = 0; i < count; i++) {
      const draft = setup[i] ?? this.#draft()
      this.#learn(draft, yield { note: draft.note, situation: this.#situation(draft) })
    }
  }

  #situation({ from, to, method, params = EMPTY, value = 0n }: Draft): Situation {
    const epoch = this.#epoch
    this.#epoch += this.#random.below(20)
    return {
      store: this.#store,
      root: this.#root,
      network: {
        epoch,
        timestamp: 1_700_000_000 + 30 * epoch,
        baseFee: 100n,
        chainId: 31_415_926,
        networkVersion: 28,
        circulatingSupply: 10n ** 27n,
      },
      externs: {
        chainRandomness: ticketDigest,
        beaconRandomness: beaconDigest,
        tipsetCid: () => CID.of(Codec.DAG_CBOR, Uint8Array.of(0x80)),
      },
      message: {
        version: 0n,
        ...{ from, to, method, params, value },
        nonce: this.#nonce++,
        ...{ gasLimit: GAS_LIMIT, gasFeeCap: 0n, gasPremium: 0n },
      },
      kind: 'implicit',
      rawLength: 0,
    }
  }

  /** Goes on from the genuine actors' state; new actors become targets. */
  #learn({ to, method, note }: Draft, { genuine }: Compared): void {
    this.#root = genuine.root
    const { receipt } = genuine.applied
    if (receipt.exitCode !== 0) return
    if (to.actorId === EAM_ACTOR && method === 4n) {
      const id = tuple({ id: uint64, robust: bytes, eth: bytes }).decode(receipt.returnData).id
      this.#contracts.push(Address.id(Number(id)))
    }
    if (to.actorId === INIT_ACTOR && method === Exec) {
      const { id } = tuple({ id: address, robust: address }).decode(receipt.returnData)
      const pool = note === 'new wallet' ? this.#wallets : this.#channels
      pool.push(id)
    }
  }

  #draft(): Draft {
    const random = this.#random
    const draft = random.pick([
      () => this.#invoke(),
      () => this.#invoke(),
      () => this.#invoke(),
      () => this.#invoke(),
      () => this.#wallet(),
      () => this.#wallet(),
      () => this.#channel(),
      () => this.#token(),
      () => this.#token(),
      () => this.#creation(),
      () => this.#init(),
      () => this.#account(),
      () => this.#anything(),
    ])()
    // code that does not exist is no message's outcome
    return draft.params !== undefined && draft.method !== Exec4 && random.chance(this.#damage)
      ? { ...draft, note: `${draft.note}, damaged`, params: this.#damaged(draft.params) }
      : draft
  }

  // --- contracts

  #deploy(code: Uint8Array): Draft {
    const params = bytes.encode(initcodeOf(code))
    const from = this.#random.pick(this.#ethAccounts)
    return { note: 'deploy', from, to: Address.id(EAM_ACTOR), method: 4n, params }
  }

  #invoke(): Draft {
    const random = this.#random
    const to = random.pick(this.#contracts)
    const input = this.#calldata(to)
    const params = input.length === 0 ? EMPTY : bytes.encode(input)
    const value = random.chance(0.2) ? this.#amount() : 0n
    return { note: 'invoke', from: this.#caller(), to, method: InvokeEVM, params, value }
  }

  /** Of what the first contracts are, and else at random. */
  #calldata(to: Address): Uint8Array {
    const random = this.#random
    const kind = this.#contracts.findIndex((contract) => contract.equals(to))
    if (kind < 2) {
      const target = this.#target()
      const callee = this.#contracts.find((contract) =>
        maskedId(contract.actorId!).every((b, i) => b === target[i]),
      )
      const isNested = callee !== undefined && random.chance(0.8)
      const input = isNested ? this.#calldata(callee) : random.bytes(random.below(140))
      const value = random.chance(0.15) ? this.#amount() : 0n
      return concat(
        word(BigInt(random.below(3))),
        word(BigInt(`0x${Buffer.from(target).toString('hex')}`)),
        word(value),
        input,
      )
    }
    if (kind === 2) {
      const code = random.chance(0.8) ? initcodeOf(randomProgram(random).code) : random.bytes(40)
      return concat(word(random.chance(0.5) ? 0n : BigInt(random.below(3))), code)
    }
    if (kind === 3) return random.chance(0.3) ? concat(new Uint8Array(12), this.#target()) : EMPTY
    if (kind === 4) {
      const pairs = Array.from({ length: random.below(6) }, () => [
        word(random.chance(0.7) ? BigInt(random.below(40)) : random.word()),
        word(random.chance(0.3) ? 0n : random.word()),
      ])
      return concat(...pairs.flat())
    }
    if (kind === 5) return concat(new Uint8Array(12), this.#target())
    return random.bytes(random.below(150))
  }

  /** An Ethereum address. */
  #target(): Uint8Array {
    const random = this.#random
    const padded = (value: bigint) => fromBigIntPadded(value, 20)
    return random.pick([
      () => maskedId(random.pick(this.#contracts).actorId!),
      () => maskedId(random.pick(this.#contracts).actorId!),
      () => maskedId(random.pick([...this.#wallets, ...this.#channels]).actorId!),
      () => maskedId(random.below(130)),
      () => random.pick(ETH_ACCOUNTS),
      () => padded(BigInt(random.below(0x13))),
      () => padded(random.pick([0x100n, (0xfen << 152n) | BigInt(random.below(8))])),
      () => random.bytes(20),
    ])()
  }

  // --- wallets

  #newWallet(threshold: bigint, unlockDuration: bigint): Draft {
    const random = this.#random
    const isFirst = this.#wallets.length < 3
    const signers = [...this.#signers.slice(0, 2), ...(isFirst ? [] : this.#someAddresses(2))]
    const startEpoch = BigInt(random.below(2_000))
    const fields = { signers, threshold, unlockDuration, startEpoch }
    const constructorParams = multisigConstructorParams.encode(fields)
    const value = BigInt(random.below(100)) * FIL
    return { ...this.#exec('multisig', constructorParams), note: 'new wallet', value }
  }

  #wallet(): Draft {
    const random = this.#random
    const to = random.pick(this.#wallets)
    const from = random.chance(0.85) ? random.pick(this.#signers) : this.#caller()
    const id = BigInt(random.below(8))
    const hash = random.chance(0.85) ? EMPTY : random.bytes(32)
    const transaction = transactionParams.encode({ id, proposalHash: hash })
    const other = this.#someAddress()
    const own = random.pick<readonly [bigint, Uint8Array]>([
      [
        5n,
        tuple({ signer: address, flag: bool }).encode({ signer: other, flag: random.chance(0.5) }),
      ],
      [
        6n,
        tuple({ signer: address, flag: bool }).encode({
          signer: random.pick(this.#signers),
          flag: random.chance(0.5),
        }),
      ],
      [
        7n,
        tuple({ from: address, to: address }).encode({
          from: random.pick(this.#signers),
          to: other,
        }),
      ],
      [8n, tuple({ threshold: uint64 }).encode({ threshold: BigInt(random.below(4)) })],
      [
        9n,
        tuple({ start: int64, duration: int64, amount: bigint }).encode({
          start: 900n,
          duration: BigInt(random.below(500)),
          amount: this.#amount(),
        }),
      ],
    ])
    const proposal = random.chance(0.3)
      ? { to, value: 0n, method: own[0], params: own[1] }
      : {
          to: other,
          value: this.#amount(),
          method: random.chance(0.8) ? METHOD_SEND : this.#methodNumber(),
          params: random.bytes(random.below(random.chance(0.8) ? 1 : 30)),
        }
    const propose = { method: Propose, params: proposalCodec.encode(proposal) }
    return random.pick<Draft>([
      { note: 'propose', from, to, ...propose },
      { note: 'propose', from, to, ...propose },
      { note: 'propose', from, to, ...propose },
      { note: 'approve', from, to, method: Approve, params: transaction },
      { note: 'approve', from, to, method: Approve, params: transaction },
      { note: 'cancel', from, to, method: Cancel, params: transaction },
      {
        note: 'wallet itself',
        from: random.chance(0.8) ? to : from,
        to,
        method: own[0],
        params: own[1],
      },
      this.#newWallet(BigInt(random.below(4)), BigInt(random.below(3) * 1_000)),
    ])
  }

  // --- payment channels

  #newChannel(): Draft {
    const random = this.#random
    const isFirst = this.#channels.length === 0
    const party = () =>
      isFirst || random.chance(0.9) ? random.pick(this.#signers) : this.#someAddress()
    const params = paymentChannelConstructorParams.encode({ from: party(), to: party() })
    return { ...this.#exec('paymentchannel', params), note: 'new channel', value: 10n * FIL }
  }

  #channel(): Draft {
    const random = this.#random
    const to = random.pick(this.#channels)
    const from = random.chance(0.9) ? random.pick(this.#signers) : this.#caller()
    const secret = random.bytes(random.below(10))
    const unsigned: Voucher = {
      channel: random.chance(0.95) ? to : this.#someAddress(),
      timeLockMin: BigInt(random.chance(0.9) ? 0 : this.#epoch + random.below(10) - 5),
      timeLockMax: BigInt(random.chance(0.9) ? 0 : this.#epoch + random.below(10) - 5),
      secretHash: random.chance(0.7)
        ? EMPTY
        : random.chance(0.8)
          ? blake2b256(secret)
          : random.bytes(32),
      extra: random.chance(0.9)
        ? null
        : { actor: this.#someAddress(), method: this.#methodNumber(), data: random.bytes(5) },
      lane: BigInt(random.below(20)),
      nonce: BigInt(random.below(20)),
      amount: random.chance(0.9) ? BigInt(random.below(1_000)) : this.#amount(),
      minSettleHeight: BigInt(random.below(2) * random.below(5_000)),
      merges: random.chance(0.8)
        ? []
        : [{ lane: BigInt(random.below(20)), nonce: BigInt(random.below(20)) }],
      signature: null,
    }
    const digest = blake2b256(voucherSigningBytes(unsigned))
    const signature = random.chance(0.03)
      ? null
      : ({ type: SignatureType.SECP256K1, data: sign(digest, random.pick(KEYS)) } as const)
    const params = updateChannelStateParams.encode({ voucher: { ...unsigned, signature }, secret })
    const kind = random.below(12)
    if (kind === 0) return { note: 'settle', from, to, method: Settle }
    if (kind === 1) return { note: 'collect', from, to, method: Collect }
    if (kind === 2) return this.#newChannel()
    return { note: 'voucher', from, to, method: UpdateChannelState, params }
  }

  // --- DataCap

  #token(): Draft {
    const random = this.#random
    const { datacapMethods: methods } = datacap
    const [owner, operator] = [this.#holder(), this.#holder()]
    const amount = random.chance(0.8) ? BigInt(random.below(50)) * FIL : this.#amount()
    const to = random.chance(0.4) ? Address.id(VERIFIED_REGISTRY_ACTOR) : this.#holder()
    const operatorData = random.bytes(random.below(2) * random.below(30))
    const [name, params] = random.pick<readonly [keyof typeof methods, Uint8Array]>([
      ['Name', EMPTY],
      ['TotalSupply', EMPTY],
      ['Balance', address.encode(owner)],
      ['Allowance', datacap.allowanceParams.encode({ owner, operator })],
      ['IncreaseAllowance', datacap.changeAllowanceParams.encode({ operator, delta: amount })],
      ['DecreaseAllowance', datacap.changeAllowanceParams.encode({ operator, delta: amount })],
      ['RevokeAllowance', datacap.revokeAllowanceParams.encode({ operator })],
      ['Burn', datacap.burnParams.encode({ amount })],
      ['BurnFrom', datacap.burnFromParams.encode({ owner, amount })],
      ['Transfer', datacap.transferParams.encode({ to, amount, operatorData })],
      [
        'TransferFrom',
        datacap.transferFromParams.encode({ from: owner, to, amount, operatorData }),
      ],
      [
        'Mint',
        datacap.mintParams.encode({
          to: owner,
          amount,
          operators: random.chance(0.5) ? [] : [operator],
        }),
      ],
      ['Mint', datacap.mintParams.encode({ to: owner, amount, operators: [] })],
      ['Destroy', datacap.destroyParams.encode({ owner, amount })],
    ])
    const byGovernor = name === 'Mint' || name === 'Destroy'
    const from =
      byGovernor && random.chance(0.9) ? Address.id(VERIFIED_REGISTRY_ACTOR) : this.#holder()
    return {
      note: `datacap ${name}`,
      from,
      to: Address.id(DATACAP_ACTOR),
      method: methods[name],
      params,
    }
  }

  #holder(): Address {
    const random = this.#random
    return random.chance(0.9)
      ? random.pick([...this.#signers, ...this.#ethAccounts, ...this.#contracts.slice(0, 3)])
      : this.#someAddress()
  }

  // --- creation, accounts, the rest

  #creation(): Draft {
    const random = this.#random
    const initcode = random.chance(0.85)
      ? initcodeOf(randomProgram(random).code)
      : random.bytes(random.below(60))
    const to = Address.id(EAM_ACTOR)
    const from = random.chance(0.8) ? random.pick(this.#contracts) : this.#caller()
    return random.pick<Draft>([
      {
        note: 'EAM.Create',
        from,
        to,
        method: 2n,
        params: createParams.encode({ initcode, nonce: BigInt(random.below(5)) }),
      },
      {
        note: 'EAM.Create2',
        from,
        to,
        method: 3n,
        params: create2Params.encode({ initcode, salt: word(BigInt(random.below(3))) }),
      },
      {
        note: 'deploy',
        from: random.pick([...this.#ethAccounts, ...this.#signers]),
        to,
        method: 4n,
        params: bytes.encode(initcode),
        value: random.chance(0.2) ? this.#amount() : 0n,
      },
    ])
  }

  #exec(name: BuiltinName, constructorParams: Uint8Array): Draft {
    const params = execParams.encode({ code: this.#registry.codeFor(name), constructorParams })
    const from = this.#random.pick(this.#signers)
    return { note: 'Init.Exec', from, to: Address.id(INIT_ACTOR), method: Exec, params }
  }

  #init(): Draft {
    const random = this.#random
    const name = random.pick(nativeNames)
    const constructorParams = random.bytes(random.below(40))
    if (random.chance(0.5))
      return {
        ...this.#exec(name, constructorParams),
        from: this.#caller(),
        note: `Init.Exec ${name}`,
      }
    const code = this.#registry.codeFor(random.chance(0.5) ? 'evm' : name)
    const params = exec4Params.encode({
      code,
      constructorParams,
      subaddress: random.bytes(random.below(60)),
    })
    const from = random.chance(0.8) ? Address.id(EAM_ACTOR) : this.#caller()
    return { note: 'Init.Exec4', from, to: Address.id(INIT_ACTOR), method: Exec4, params }
  }

  #account(): Draft {
    const random = this.#random
    const at = random.below(this.#signers.length)
    const message = random.bytes(random.below(50))
    const signature = random.chance(0.7)
      ? sign(blake2b256(message), KEYS[at]!)
      : random.bytes(random.below(70))
    const params = authenticateMessageParams.encode({ signature, message })
    const draft = { from: this.#caller(), to: this.#signers[at]! }
    return random.pick<Draft>([
      { note: 'authenticate', ...draft, method: AuthenticateMessage, params },
      { note: 'public key', ...draft, method: 2n },
      {
        note: 'transfer',
        ...draft,
        to: this.#someAddress(),
        method: METHOD_SEND,
        value: this.#amount(),
      },
    ])
  }

  #anything(): Draft {
    const random = this.#random
    const to = this.#someAddress()
    // storage and market have methods that are not native
    const isNative = to.actorId !== STORAGE_MARKET_ACTOR && to.actorId !== STORAGE_POWER_ACTOR
    const method = isNative ? this.#methodNumber() : METHOD_SEND
    const params = random.chance(0.4)
      ? EMPTY
      : random.chance(0.5)
        ? bytes.encode(random.bytes(random.below(36)))
        : random.bytes(random.below(40))
    const value = random.chance(0.2) ? this.#amount() : 0n
    return { note: 'anything', from: this.#caller(), to, method, params, value }
  }

  #methodNumber(): bigint {
    const random = this.#random
    return random.chance(0.6)
      ? BigInt(random.below(12))
      : random.pick([InvokeEVM, Receive, AuthenticateMessage, 1_024n, 1n << 25n, (1n << 64n) - 1n])
  }

  #caller(): Address {
    const random = this.#random
    return random.chance(0.6)
      ? random.pick(this.#ethAccounts)
      : random.pick([...this.#signers, ...this.#contracts, ...this.#wallets])
  }

  #someAddresses(most: number): Address[] {
    return Array.from({ length: this.#random.below(most + 1) }, () => this.#someAddress())
  }

  #someAddress(): Address {
    const random = this.#random
    return random.pick([
      () => random.pick(this.#signers),
      () => random.pick(this.#ethAccounts),
      () => random.pick([...this.#contracts, ...this.#ethAccounts]),
      () => random.pick([...this.#wallets, ...this.#channels, ...this.#signers]),
      () => Address.id(random.below(150)),
      () => Address.delegated(10n, random.bytes(20)),
      () => Address.secp256k1(publicKey(fromBigIntPadded(BigInt(1 + random.below(50)), 32))),
      () => Address.actor(random.bytes(20)),
    ])()
  }

  #amount(): bigint {
    const random = this.#random
    return random.pick([
      0n,
      1n,
      BigInt(random.below(1_000_000)),
      BigInt(random.below(100)) * FIL,
      random.word() >> 130n,
    ])
  }

  #damaged(params: Uint8Array): Uint8Array {
    const random = this.#random
    const copy = params.slice()
    if (random.chance(0.3)) return copy.subarray(0, random.below(copy.length + 1))
    if (random.chance(0.2)) return concat(copy, random.bytes(1 + random.below(3)))
    if (random.chance(0.1)) return receiveParams.encode({ type: 5, payload: copy })
    const at = random.below(copy.length)
    // another byte, or the head of another type
    if (random.chance(0.5)) copy[at] = random.below(256)
    else if (copy.length > 0) copy[at] = (copy[at]! & 0x1f) | (random.below(8) << 5)
    return copy
  }
}
