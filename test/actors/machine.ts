/** The state of a fresh local chain, and messages that are applied to it one by one, free of fees. */

import { nativeRegistry } from '../../src/actors/manifest.ts'
import { Address } from '../../src/address/address.ts'
import { EMPTY, fromBigIntPadded } from '../../src/base/bytes.ts'
import { blake2b256 } from '../../src/base/hash.ts'
import { genesisState } from '../../src/chain/genesis.ts'
import { localMachine } from '../../src/chain/machine.ts'
import { type Applied, Executor } from '../../src/fvm/executor.ts'
import type { ActorRegistry } from '../../src/fvm/machine.ts'
import { StateTree } from '../../src/fvm/state-tree.ts'
import { MemoryBlockstore } from '../../src/ipld/blockstore.ts'
import { type CID, Codec } from '../../src/ipld/cid.ts'
import type { Codec as CborCodec } from '../../src/ipld/codec.ts'
import { type BuiltinName, INIT_ACTOR, mainnetV18 } from '../../src/protocol/builtin.ts'
import { publicKey, sign } from '../../src/protocol/crypto/secp256k1.ts'
import { ExitCode, exitCodeName } from '../../src/protocol/exit-code.ts'
import { Exec, execParams, execReturn } from '../../src/protocol/init.ts'
import { type Signature, SignatureType } from '../../src/protocol/signature.ts'

export const FIL = 10n ** 18n

/** An account with an f1 address and its key. */
export interface TestAccount {
  /** f0 */
  readonly id: Address
  /** f1 */
  readonly address: Address
  sign(message: Uint8Array): Signature
}

export interface Call {
  readonly from: Address
  readonly to: Address
  readonly method: bigint
  readonly params?: Uint8Array
  /** attoFIL */
  readonly value?: bigint
}

const ACCOUNTS = 5
const GAS_LIMIT = 10_000_000_000

export class TestMachine {
  /** Epoch of the next calls. */
  epoch = 1_000
  /** Each with 1000 FIL. */
  readonly accounts: readonly TestAccount[]
  readonly actors: ActorRegistry
  readonly store = new MemoryBlockstore()
  /** Record the charges of calls. */
  trace = false
  readonly #tree: StateTree
  /** Addresses of new actors derive from it. */
  #nonce = 0n

  constructor(actors: ActorRegistry = nativeRegistry(mainnetV18)) {
    this.actors = actors
    const keys = Array.from({ length: ACCOUNTS }, (_, i) => fromBigIntPadded(BigInt(i + 1), 32))
    const addresses = keys.map((key) => Address.secp256k1(publicKey(key)))
    const root = genesisState(this.store, actors, {
      networkName: 'test',
      accounts: addresses.map((address) => ({ address, balance: 1_000n * FIL })),
    })
    this.#tree = StateTree.load(this.store, root)
    this.accounts = keys.map((key, i) => ({
      id: Address.id(this.#tree.resolve(addresses[i]!)!),
      address: addresses[i]!,
      sign: (message) => ({
        type: SignatureType.SECP256K1,
        data: sign(blake2b256(message), key),
      }),
    }))
  }

  /** Whatever comes of it. The caller may be any actor. */
  call({ from, to, method, params = EMPTY, value = 0n }: Call): Applied {
    const { store, actors, epoch } = this
    const machine = localMachine({
      store,
      tree: this.#tree,
      actors,
      chainId: 31_415_926,
      epoch,
      timestamp: 1_700_000_000 + epoch * 30,
      baseFee: 0n,
      tipsets: { keyAtOrBefore: () => [] },
    })
    const executor = new Executor(machine)
    executor.trace = this.trace
    const fees = { gasLimit: GAS_LIMIT, gasFeeCap: 0n, gasPremium: 0n }
    const nonce = this.#nonce++
    const message = { version: 0n, from, to, nonce, value, method, params, ...fees }
    return executor.apply(message, 'implicit', 0)
  }

  /** @returns the return data. @throws Error when it fails */
  ok(call: Call): Uint8Array {
    const { receipt, failure } = this.call(call)
    if (receipt.exitCode === ExitCode.OK) return receipt.returnData
    throw new Error(`${exitCodeName(receipt.exitCode)}: ${failure}`)
  }

  /** @returns the exit code of a call */
  exit(call: Call): ExitCode {
    return this.call(call).receipt.exitCode
  }

  balance(of: Address): bigint {
    const id = this.#tree.resolve(of)
    return (id === undefined ? undefined : this.#tree.actor(id)?.balance) ?? 0n
  }

  exists(actor: Address): boolean {
    const id = this.#tree.resolve(actor)
    return id !== undefined && this.#tree.actor(id) !== undefined
  }

  /** @throws Error when there is no such actor */
  head(of: Address): CID {
    const id = this.#tree.resolve(of)
    const actor = id === undefined ? undefined : this.#tree.actor(id)
    if (actor === undefined) throw new Error(`no actor ${of}`)
    return actor.head
  }

  state<T>(of: Address, codec: CborCodec<T>): T {
    return codec.decode(this.store.get(this.head(of))!)
  }

  /** Puts an actor into the state, behind everybody's back. */
  put<T>(id: number, name: BuiltinName, codec: CborCodec<T>, state: T, balance = 0n): Address {
    const head = this.store.put(Codec.DAG_CBOR, codec.encode(state))
    const code = this.actors.codeFor(name)
    const before = this.#tree.actor(id)
    this.#tree.set(id, {
      code,
      head,
      sequence: 0n,
      balance: before?.balance ?? balance,
      delegatedAddress: null,
    })
    return Address.id(id)
  }

  root(): CID {
    return this.#tree.flush()
  }
}

/** Creates an actor through Init, by the first account. @returns its f0 */
export function create(
  machine: TestMachine,
  name: BuiltinName,
  constructorParams: Uint8Array,
  value = 0n,
): Address {
  const code = machine.actors.codeFor(name)
  const params = execParams.encode({ code, constructorParams })
  const from = machine.accounts[0]!.id
  const call = { from, to: Address.id(INIT_ACTOR), method: Exec, params, value }
  return execReturn.decode(machine.ok(call)).idAddress
}
