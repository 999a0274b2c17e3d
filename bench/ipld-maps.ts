/** What does an operation on a HAMT, a KAMT and an AMT of 100,000 entries cost? */
import { sha256 } from '../src/base/hash.ts'
import { Amt, amtRootOf, amtV3 } from '../src/ipld/amt.ts'
import { MemoryBlockstore } from '../src/ipld/blockstore.ts'
import { bigint, bytes, link, tuple, uint } from '../src/ipld/codec.ts'
import { Hamt } from '../src/ipld/hamt.ts'
import { hamtNodes } from '../src/ipld/hamt-node.ts'
import { Kamt } from '../src/ipld/kamt.ts'
import { kamtNodes } from '../src/ipld/kamt-node.ts'

const SIZE = 100_000
const keys = Array.from({ length: SIZE }, (_, i) => sha256(Buffer.from(`${i}`)))
const rows: { what: string; 'µs each': string }[] = []

function measure(what: string, count: number, run: () => void): void {
  const start = process.hrtime.bigint()
  run()
  const each = Number(process.hrtime.bigint() - start) / 1000 / count
  rows.push({ what, 'µs each': each.toFixed(2) })
}

/** Ten keys at a time: instances live as long as a message. */
function inTens(run: (some: Uint8Array[]) => void): void {
  for (let i = 0; i < SIZE; i += 10) run(keys.slice(i, i + 10))
}

function hamtRows(): void {
  const store = new MemoryBlockstore()
  const Account = tuple({ code: link, head: link, nonce: uint, balance: bigint })
  const cid = Hamt.empty(store, bytes).flush()
  const account = { code: cid, head: cid, nonce: 1, balance: 10n ** 18n }
  const hamt = Hamt.empty(store, Account)
  measure('HAMT set', SIZE, () => {
    for (const key of keys) hamt.set(key, account)
  })
  const before = store.blocks.size
  const start = process.hrtime.bigint()
  const root = hamt.flush()
  const each = Number(process.hrtime.bigint() - start) / 1000 / (store.blocks.size - before)
  rows.push({ what: 'HAMT flush, per node', 'µs each': each.toFixed(2) })
  measure('HAMT get', SIZE, () => {
    for (const key of keys) hamt.get(key)
  })
  measure('HAMT load and 10 get, decoded before, per get', SIZE, () =>
    inTens((some) => {
      const short = Hamt.load(store, root, Account)
      for (const key of some) short.get(key)
    }),
  )
  hamtNodes.clear()
  const cold = Hamt.load(store, root, Account)
  measure('HAMT get, nodes to be decoded', SIZE, () => {
    for (const key of keys) cold.get(key)
  })
  measure('HAMT iterate', SIZE, () => {
    for (const _ of hamt);
  })
}

function kamtRows(): void {
  const store = new MemoryBlockstore()
  const kamt = Kamt.empty(store)
  const value = Uint8Array.of(1, 2, 3)
  measure('KAMT set', SIZE, () => {
    for (const key of keys) kamt.set(key, value)
  })
  let root = kamt.flush()
  measure('KAMT get', SIZE, () => {
    for (const key of keys) kamt.get(key)
  })
  measure('KAMT load and 10 get, decoded before, per get', SIZE, () =>
    inTens((some) => {
      const short = Kamt.load(store, root)
      for (const key of some) short.get(key)
    }),
  )
  kamtNodes.clear()
  const cold = Kamt.load(store, root)
  measure('KAMT get, nodes to be decoded', SIZE, () => {
    for (const key of keys) cold.get(key)
  })
  measure('KAMT load, 1 set, flush (4 nodes)', 10_000, () => {
    for (const key of keys.slice(0, 10_000)) {
      const short = Kamt.load(store, root)
      short.set(key, key)
      root = short.flush()
    }
  })
}

function amtRows(): void {
  const store = new MemoryBlockstore()
  const amt = Amt.empty(store, bytes, amtV3(3))
  measure('AMT set', SIZE, () => {
    for (const [i, key] of keys.entries()) amt.set(i, key)
  })
  amt.flush()
  measure('AMT get', SIZE, () => {
    for (let i = 0; i < SIZE; i++) amt.get(i)
  })
  for (const count of [1, 20, 1000]) {
    const items = keys.slice(0, count)
    measure(`root of a list of ${count}`, 1000, () => {
      for (let i = 0; i < 1000; i++) amtRootOf(items, bytes, amtV3(5))
    })
  }
}

for (const _ of ['to warm up', 'to count']) {
  rows.length = 0
  hamtRows()
  kamtRows()
  amtRows()
}
console.table(rows)
