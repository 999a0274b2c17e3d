import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { nativeRegistry } from '../../../src/actors/manifest.ts'
import { Address } from '../../../src/address/address.ts'
import { concat } from '../../../src/base/bytes.ts'
import { genesisState } from '../../../src/chain/genesis.ts'
import { MemoryBlockstore } from '../../../src/ipld/blockstore.ts'
import { type CarBlock, writeCar } from '../../../src/ipld/car.ts'
import type { CID } from '../../../src/ipld/cid.ts'
import { runVector } from '../../../src/node/conformance/run.ts'
import { parseVector, VectorError } from '../../../src/node/conformance/vector.ts'
import { type BuiltinName, mainnetV18 } from '../../../src/protocol/builtin.ts'
import { messageCodec } from '../../../src/protocol/message.ts'

const native = nativeRegistry(mainnetV18)
const sender = Address.delegated(10n, new Uint8Array(20).fill(1))
const recipient = Address.delegated(10n, new Uint8Array(20).fill(2))

/** Inclusion, a transfer and the recipient's new balance; no instructions. */
const GAS = 1_120_963

/** All blocks of a state, as `car` of a vector. */
function carOf(blocks: readonly CarBlock[], root: CID): string {
  return gzipSync(concat(...writeCar([root], blocks))).toString('base64')
}

/** One transfer from an account to another, on network version 28. */
function transferVector(change: (vector: Record<string, unknown>) => unknown = (v) => v): string {
  const blocks: CarBlock[] = []
  const memory = new MemoryBlockstore()
  const store = {
    get: (cid: CID) => memory.get(cid),
    has: (cid: CID) => memory.has(cid),
    set: (cid: CID, data: Uint8Array) => memory.set(cid, data),
    put(codec: number, data: Uint8Array) {
      const cid = memory.put(codec, data)
      blocks.push({ cid, data })
      return cid
    },
  }
  const root = genesisState(store, native, {
    networkName: 'test',
    accounts: [
      { address: sender, balance: 10n ** 18n },
      { address: recipient, balance: 0n },
    ],
  })
  const message = messageCodec.encode({
    version: 0n,
    from: sender,
    to: recipient,
    nonce: 0n,
    value: 1n,
    gasLimit: 10_000_000,
    gasFeeCap: 0n,
    gasPremium: 0n,
    method: 0n,
    params: new Uint8Array(),
  })
  const vector = {
    class: 'message',
    car: carOf(blocks, root),
    preconditions: {
      variants: [{ id: 'nv28', epoch: 100, nv: 28 }],
      state_tree: { root_cid: { '/': String(root) } },
      basefee: 0,
      circ_supply: 0,
    },
    apply_messages: [{ bytes: Buffer.from(message).toString('base64') }],
    postconditions: {
      state_tree: {
        root_cid: { '/': 'bafy2bzacebwp6encyigxqssgip53nkhi3t2lqsxvyvsrspxogb6m3qxbqgti4' },
      },
      receipts: [{ exit_code: 0, return: '', gas_used: GAS }],
    },
  }
  return JSON.stringify(change(vector))
}

const run = (text: string) => runVector(parseVector(text), native)

describe('a vector', () => {
  test('agrees', () => {
    expect(run(transferVector())).toEqual({ verdict: 'agrees', reasons: [] })
  })

  test('differs in gas by a unit', () => {
    const text = transferVector().replace('1120963', '1120964')
    const { verdict, reasons } = run(text)
    expect(verdict).toBe('differs')
    expect(reasons).toEqual(['gas used: 1120963 instead of 1120964'])
  })

  test('of a network version without prices is not run', () => {
    const text = transferVector().replace('"nv":28', '"nv":17')
    expect(run(text)).toMatchObject({ verdict: 'not run' })
  })

  test('of a tipset is not run', () => {
    const text = transferVector((vector) => ({ ...vector, class: 'tipset' }))
    expect(run(text)).toMatchObject({ verdict: 'not run' })
  })

  test('of other actors is not run', () => {
    const { codes } = mainnetV18
    const known = new Set<BuiltinName>(['account', 'placeholder'])
    const fewer = {
      ...native,
      byCode: (code: CID) =>
        [...known].some((name) => codes[name].equals(code)) ? native.byCode(code) : undefined,
    }
    const call = transferVector().replace(/"bytes":"[^"]*"/, () => {
      const bytes = messageCodec.encode({
        version: 0n,
        ...{ from: sender, to: Address.id(2), nonce: 0n, value: 0n, gasLimit: 10_000_000 },
        ...{ gasFeeCap: 0n, gasPremium: 0n, method: 3n, params: new Uint8Array() },
      })
      return `"bytes":"${Buffer.from(bytes).toString('base64')}"`
    })
    expect(runVector(parseVector(call), fewer)).toMatchObject({
      verdict: 'not run',
      reasons: [expect.stringContaining('no actor for code')],
    })
  })

  test('that is none', () => {
    expect(() => parseVector('{')).toThrow(VectorError)
    expect(() => parseVector('{"class":"message"}')).toThrow(/car/)
  })
})

test('amounts keep all their digits', () => {
  const text = transferVector().replace(
    '"circ_supply":0',
    '"circ_supply":463973544302560247587615610',
  )
  expect(parseVector(text).circulatingSupply).toBe(463_973_544_302_560_247_587_615_610n)
})
