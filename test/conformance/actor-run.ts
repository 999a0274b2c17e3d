/**
 * The native EVM actor on a sub-test, on the real kernel, in a thread where gas is free: prices
 * differ between the machines by orders of magnitude, so what a call may use says nothing.
 */
import { engineGas } from '../../src/actors/evm/gas-model.ts'
import { evmStateCodec } from '../../src/actors/evm/state.ts'
import { nativeRegistry } from '../../src/actors/manifest.ts'
import { f410Payload, toFilecoin } from '../../src/address/eth-address.ts'
import { fromBigInt, fromHex, toBigInt, toHex } from '../../src/base/bytes.ts'
import { keccak256 } from '../../src/base/hash.ts'
import { genesisState } from '../../src/chain/genesis.ts'
import { beaconDigest, ticketDigest } from '../../src/chain/randomness.ts'
import { invocation } from '../../src/eth/to-message.ts'
import { Executor } from '../../src/fvm/executor.ts'
import { GasTracker } from '../../src/fvm/gas/gas-tracker.ts'
import { priceList } from '../../src/fvm/gas/price-list.ts'
import { StateTree } from '../../src/fvm/state-tree.ts'
import { MemoryBlockstore } from '../../src/ipld/blockstore.ts'
import { CborReader } from '../../src/ipld/cbor.ts'
import { CID, Codec } from '../../src/ipld/cid.ts'
import { Kamt } from '../../src/ipld/kamt.ts'
import { EMPTY_ARRAY_CID } from '../../src/protocol/actor-state.ts'
import { mainnetV18 } from '../../src/protocol/builtin.ts'
import { EvmExitCode, ExitCode } from '../../src/protocol/exit-code.ts'
import type { AccountOutcome, Outcome } from './outcome.ts'
import { blockHash } from './reference.ts'
import { isReserved, type SubTest } from './state-test.ts'

const native = nativeRegistry(mainnetV18)
const CHAIN_ID = 1
const GAS_LIMIT = 1_000_000_000_000

/** Before the first engine is made. */
export function makeGasFree(): void {
  engineGas.costs.fill(0)
  GasTracker.prototype.charge = () => {}
}

/** What the actor's opcodes say of their surroundings; the reference is told the same. */
export function environmentOf({ env, transaction }: SubTest): SubTest['env'] {
  return {
    ...env,
    coinbase: '00'.repeat(20),
    gasLimit: 10_000_000_000n,
    // a price below the base fee has no meaning there
    baseFee: env.baseFee > transaction.gasPrice ? transaction.gasPrice : env.baseFee,
    random: new Uint8Array(32),
    difficulty: 0n,
  }
}

export function runActor(test: SubTest): Outcome {
  const { pre, transaction: tx } = test
  const env = environmentOf(test)
  const store = new MemoryBlockstore()
  const { sender } = tx
  const accounts = pre
    .filter(({ address }) => !isReserved(address))
    .map(({ address, balance }) => ({ address: toFilecoin(fromHex(address)), balance }))
  const root = genesisState(store, native, { networkName: 'test', accounts })
  const tree = StateTree.load(store, root)
  for (const account of pre) {
    if (account.code.length > 0) install(store, tree, account)
    else if (account.address !== sender && account.nonce === 0n) leaveEmpty(tree, account)
  }
  const network = {
    epoch: Number(env.number),
    timestamp: Number(env.timestamp),
    baseFee: env.baseFee,
    chainId: CHAIN_ID,
    networkVersion: 28,
    circulatingSupply: 0n,
  }
  const externs = {
    chainRandomness: ticketDigest,
    beaconRandomness: beaconDigest,
    tipsetCid: (epoch: number) => CID.fromDigest(Codec.DAG_CBOR, blockHash(BigInt(epoch))),
  }
  const executor = new Executor({
    store,
    tree,
    actors: native,
    prices: priceList,
    network,
    externs,
  })
  const to = tx.to === undefined ? undefined : toFilecoin(fromHex(tx.to))
  const { receipt, events } = executor.apply(
    {
      version: 0n,
      from: toFilecoin(fromHex(tx.sender)),
      nonce: tx.nonce,
      value: tx.value,
      gasLimit: GAS_LIMIT,
      gasFeeCap: tx.gasPrice,
      gasPremium: tx.gasPrice - env.baseFee,
      ...invocation(to, tx.data),
    },
    'implicit',
    0,
  )
  executor.flush()
  const success = receipt.exitCode === ExitCode.OK
  const speaks = success || receipt.exitCode === EvmExitCode.REVERTED
  return {
    success,
    output: to !== undefined && speaks ? toHex(bytesOf(receipt.returnData)) : '',
    logs: events.map(({ emitter, entries }) => ({
      address: toHex(f410Payload(tree.actor(emitter)?.delegatedAddress ?? undefined)!),
      topics: entries.filter(({ key }) => key !== 'd').map(({ value }) => toHex(value)),
      data: toHex(entries.find(({ key }) => key === 'd')?.value ?? new Uint8Array()),
    })),
    accounts: accountsOf(store, tree),
  }
}

/** A contract with a state that its own constructor could have left. */
function install(store: MemoryBlockstore, tree: StateTree, account: SubTest['pre'][number]): void {
  const id = tree.resolve(toFilecoin(fromHex(account.address)))!
  const slots = Kamt.empty(store)
  for (const [slot, value] of account.storage) slots.set(fromHex(slot), fromBigInt(value))
  const state = evmStateCodec.encode({
    bytecode: store.put(Codec.RAW, account.code),
    bytecodeHash: keccak256(account.code),
    contractState: slots.flush(),
    transient: null,
    nonce: account.nonce,
    tombstone: null,
  })
  const head = store.put(Codec.DAG_CBOR, state)
  tree.set(id, { ...tree.actor(id)!, code: native.codeFor('evm'), head })
}

/** An address that was given something and never sent a message. */
function leaveEmpty(tree: StateTree, { address }: SubTest['pre'][number]): void {
  const id = tree.resolve(toFilecoin(fromHex(address)))
  if (id !== undefined) tree.set(id, { ...tree.actor(id)!, code: native.codeFor('placeholder') })
}

function accountsOf(store: MemoryBlockstore, tree: StateTree): Outcome['accounts'] {
  const accounts = new Map<string, AccountOutcome>()
  for (const [, actor] of tree.entries()) {
    const payload = f410Payload(actor.delegatedAddress ?? undefined)
    if (payload === undefined) continue
    const isContract = actor.code.equals(native.codeFor('evm'))
    const state =
      isContract && !actor.head.equals(EMPTY_ARRAY_CID)
        ? evmStateCodec.decode(store.get(actor.head)!)
        : undefined
    const storage = new Map<string, bigint>()
    if (state !== undefined) {
      for (const [slot, value] of Kamt.load(store, state.contractState)) {
        storage.set(toHex(slot), toBigInt(value))
      }
    }
    const code = state === undefined ? '' : toHex(store.get(state.bytecode)!)
    accounts.set(toHex(payload), { balance: actor.balance, code, storage })
  }
  return accounts
}

function bytesOf(returned: Uint8Array): Uint8Array {
  return returned.length === 0 ? returned : new CborReader(returned).bytes()
}
