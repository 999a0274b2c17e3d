import fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import { fromHex, utf8 } from '../../src/base/bytes.ts'
import { Amt, type AmtFormat, amtRootOf, amtV3, legacyAmt } from '../../src/ipld/amt.ts'
import { amtNodes, amtRoots } from '../../src/ipld/amt-node.ts'
import { MemoryBlockstore } from '../../src/ipld/blockstore.ts'
import { CborError } from '../../src/ipld/cbor.ts'
import { CID, Codec } from '../../src/ipld/cid.ts'
import { bytes, uint } from '../../src/ipld/codec.ts'
import { NodeError } from '../../src/ipld/node-store.ts'
import { CountingStore } from './counting-store.ts'
import { holds } from './properties.ts'
import { vectors } from './vectors.ts'

function clearCaches(): void {
  amtNodes.clear()
  amtRoots.v3.clear()
  amtRoots.legacy.clear()
}

// every test decodes its blocks itself
beforeEach(clearCaches)

const range = (from: number, to: number, step = 1) =>
  Array.from({ length: Math.ceil((to - from) / step) }, (_, i) => from + i * step)

describe('roots written by the Rust library', () => {
  for (const { input, expected } of vectors('amt-root')) {
    test(input.name, () => {
      const amt = Amt.empty(new MemoryBlockstore(), bytes, amtV3(input.bitWidth))
      for (const [op, ...args] of input.ops) {
        if (op === 'set') {
          amt.set(args[0], utf8(args[1]))
        } else if (op === 'setRange') {
          for (const i of range(args[0], args[1])) amt.set(i, utf8(args[2]))
        } else if (op === 'setStep') {
          for (const i of range(args[0], args[1], args[2])) amt.set(i, utf8(args[3]))
        } else {
          expect(op).toBe('delete')
          expect(amt.delete(args[0])).toBeDefined()
        }
      }
      expect(amt.flush().toString()).toBe(expected.root)
    })
  }
})

describe('as many reads and writes as the Rust library (figures of its own tests)', () => {
  let store: CountingStore
  beforeEach(() => {
    store = new CountingStore()
  })

  test('legacy', () => {
    const amt = Amt.empty(store, bytes, legacyAmt)
    amt.set(2, utf8('foo'))
    const root = amt.flush()
    expect(Amt.load(store, root, bytes, 'legacy').get(2)).toEqual(utf8('foo'))
    expect(amt.flush()).toBe(root)
    expect(root.toString()).toBe('bafy2bzaceansvim5z2rzifilsbzsjuoul2adx7iad7x3b4paj3qsexqf6ovxk')
    expect(store.counts).toEqual({ reads: 1, writes: 1, bytesRead: 12, bytesWritten: 12 })
  })

  test('expand', () => {
    const amt = Amt.empty(store, bytes, amtV3(3))
    amt.set(2, utf8('foo'))
    amt.set(11, utf8('bar'))
    amt.set(79, utf8('baz'))
    const root = amt.flush()
    const again = Amt.load(store, root, bytes)
    expect([2, 11, 79].map((i) => again.get(i))).toEqual(['foo', 'bar', 'baz'].map(utf8))
    expect(root.toString()).toBe('bafy2bzacecughjbclx3lbqwibrwc6pe7nttlc3qewedsrayghsvh5j5lpofiq')
    expect(store.counts).toEqual({ reads: 6, writes: 6, bytesRead: 261, bytesWritten: 261 })
  })

  test('bulk insert: equal nodes are read once for each place', () => {
    const amt = Amt.empty(store, bytes, amtV3(3))
    for (const i of range(0, 5000)) amt.set(i, utf8('foo foo bar'))
    const again = Amt.load(store, amt.flush(), bytes)
    for (const i of range(0, 5000)) expect(again.get(i)).toEqual(utf8('foo foo bar'))
    expect(store.counts).toEqual({
      reads: 717,
      writes: 717,
      bytesRead: 94379,
      bytesWritten: 94379,
    })
  })

  test('reading after a flush', () => {
    const amt = Amt.empty(store, bytes, amtV3(3))
    for (const i of range(0, 100)) amt.set(i, utf8('foo foo bar'))
    amt.flush()
    for (const i of range(0, 100)) expect(amt.get(i)).toEqual(utf8('foo foo bar'))
    expect(store.counts).toEqual({ reads: 0, writes: 16, bytesRead: 0, bytesWritten: 1930 })
  })

  test('delete reduces the height', () => {
    const amt = Amt.empty(store, bytes, amtV3(3))
    amt.set(1, utf8('thing'))
    const low = amt.flush()
    amt.set(37, utf8('other'))
    const again = Amt.load(store, amt.flush(), bytes)
    expect(again.delete(37)).toEqual(utf8('other'))
    expect(again.count).toBe(1)
    expect(again.flush().toString()).toBe(low.toString())
    expect(store.counts).toEqual({ reads: 3, writes: 5, bytesRead: 117, bytesWritten: 147 })
  })

  test('iteration reads each node once', () => {
    const amt = Amt.empty(store, bytes, amtV3(3))
    const indices = range(2, 10000, 3)
    for (const i of indices) amt.set(i, utf8('value'))
    const again = Amt.load(store, amt.flush(), bytes)
    expect([...again].map(([i]) => i)).toEqual(indices)
    expect([...again]).toHaveLength(indices.length)
    expect(store.counts).toEqual({
      reads: 1431,
      writes: 1431,
      bytesRead: 88649,
      bytesWritten: 88649,
    })
  })

  test('an equal value is written again', () => {
    const amt = Amt.empty(store, uint, amtV3(3))
    amt.set(0, 1)
    amt.flush()
    amt.set(0, 1)
    amt.flush()
    expect(store.writes).toBe(2)
  })
})

test('a v3 root says its bit width', () => {
  const store = new MemoryBlockstore()
  const amt = Amt.empty(store, uint, amtV3(5))
  for (const i of range(0, 100)) amt.set(i, i)
  const again = Amt.load(store, amt.flush(), uint)
  expect([...again]).toEqual(range(0, 100).map((i) => [i, i]))
  again.set(2 ** 40, 7)
  const far = Amt.load(store, again.flush(), uint)
  expect([...far].at(-1)).toEqual([2 ** 40, 7])
  expect(far.count).toBe(101)
})

test('indices out of range', () => {
  const amt = Amt.empty(new MemoryBlockstore(), uint, amtV3(3))
  amt.set(Number.MAX_SAFE_INTEGER, 1)
  expect(amt.get(Number.MAX_SAFE_INTEGER)).toBe(1)
  for (const index of [-1, 1.5, 2 ** 53, Number.NaN]) {
    expect(() => amt.set(index, 1)).toThrow(NodeError)
  }
  expect(amt.get(2 ** 60)).toBeUndefined()
  expect(amt.get(-1)).toBeUndefined()
  expect(amt.delete(2 ** 60)).toBeUndefined()
})

test('indices of 64 bits', () => {
  const store = new MemoryBlockstore()
  const amt = Amt.empty(store, uint, amtV3(3))
  amt.set(2n ** 63n - 1n, 1)
  amt.set(2n ** 63n - 2n, 2)
  amt.set(5n, 3)
  expect(() => amt.set(2n ** 64n, 4)).toThrow(NodeError)
  const again = Amt.load(store, amt.flush(), uint)
  expect(again.get(2n ** 63n - 1n)).toBe(1)
  expect(again.get(2n ** 63n)).toBeUndefined()
  expect(again.get(5)).toBe(3)
  expect(again.delete(2n ** 63n - 1n)).toBe(1)
  expect(again.delete(2n ** 63n - 2n)).toBe(2)
  const short = Amt.empty(store, uint, amtV3(3))
  short.set(5, 3)
  expect(again.flush()).toEqual(short.flush())
})

test('a change in one instance is not seen by another', () => {
  const store = new MemoryBlockstore()
  const root = amtRootOf(range(0, 100), uint, amtV3(3), store)
  const [one, two] = [Amt.load(store, root, uint), Amt.load(store, root, uint)]
  for (const i of range(0, 100)) one.set(i, 1000)
  expect([...two]).toEqual(range(0, 100).map((i) => [i, i]))
  expect(two.flush()).toBe(root)
})

describe('against a Map', () => {
  const op = fc.record({
    kind: fc.constantFrom('set', 'set', 'delete', 'delete', 'flush', 'reload'),
    index: fc.oneof(
      fc.integer({ min: 0, max: 80 }),
      fc.integer({ min: 500, max: 520 }),
      fc.maxSafeNat(),
    ),
    value: fc.integer({ min: 0, max: 3 }),
  })
  const formats = {
    'bit width 1': amtV3(1),
    'bit width 3': amtV3(3),
    'bit width 5': amtV3(5),
    legacyAmt,
  }

  for (const [name, format] of Object.entries(formats)) {
    test(name, () => {
      holds(fc.array(op, { maxLength: 80 }), (ops) => {
        const store = new MemoryBlockstore()
        let amt = Amt.empty(store, uint, format)
        const model = new Map<number, number>()
        for (const { kind, index, value } of ops) {
          if (kind === 'set') {
            amt.set(index, value)
            model.set(index, value)
          } else if (kind === 'delete') {
            const known = [...model.keys()]
            const at = known[value] ?? index
            expect(amt.delete(at)).toBe(model.get(at))
            model.delete(at)
          } else {
            const root = amt.flush()
            if (kind === 'reload') {
              clearCaches()
              amt = Amt.load(store, root, uint, format.version)
            }
          }
          expect(amt.get(index)).toBe(model.get(index))
          expect(amt.count).toBe(model.size)
        }
        const content = [...model].sort(([a], [b]) => a - b)
        expect([...amt]).toEqual(content)

        // canonical: the same content put in order
        const other = Amt.empty(store, uint, format)
        for (const [index, value] of content) other.set(index, value)
        expect(other.flush().toString()).toBe(amt.flush().toString())
      })
    })
  }
})

describe('the root of a list', () => {
  const formats: AmtFormat[] = [amtV3(1), amtV3(3), amtV3(5), legacyAmt]
  for (const format of formats) {
    test(`${format.version}, bit width ${format.bitWidth}: as if set one by one`, () => {
      for (const length of [0, 1, 2, 7, 8, 9, 31, 32, 33, 64, 65, 600]) {
        const items = range(0, length)
        const [single, batch] = [new CountingStore(), new CountingStore()]
        const amt = Amt.empty(single, uint, format)
        for (const i of items) amt.set(i, i)
        const root = amt.flush().toString()
        expect(amtRootOf(items, uint, format).toString()).toBe(root)
        expect(amtRootOf(items, uint, format, batch).toString()).toBe(root)
        expect(batch.written.map(String)).toEqual(single.written.map(String))
      }
    })
  }
})

describe('blocks that are not an AMT', () => {
  const link = `d82a5827000171a0e40220${'11'.repeat(32)}`
  const malformed = {
    'legacy root': '830000 83 4100 80 80',
    'five fields': '8503000083 4100 80 80 00',
    'bit width 0': '84000000 83 4100 80 80',
    'height 65': '8403184100 83 4100 80 80',
    'negative height': '84032000 83 4100 80 80',
    'bitmap too long': '84030000 83 420000 80 80',
    'bitmap too short': '84050000 83 4100 80 80',
    'no bitmap': '84030000 83 40 80 80',
    'bit above the width': '84020001 83 4110 80 8101',
    'more bits than values': '84030001 83 4103 80 8101',
    'fewer bits than values': '84030001 83 4101 80 820101',
    'links and values': `84030102 83 4103 81 ${link} 8101`,
    'links at height 0': `84030001 83 4101 81 ${link} 80`,
    'values above height 0': '84030101 83 4101 80 8101',
    'link is a number': '84030101 83 4101 8101 80',
    'value cut off': '84030001 83 4101 80 81',
    'trailing bytes': '84030000 83 4100 80 80 00',
    'no bytes': '',
  }
  for (const [name, hex] of Object.entries(malformed)) {
    test(name, () => {
      const store = new MemoryBlockstore()
      const cid = store.put(Codec.DAG_CBOR, fromHex(hex.replaceAll(' ', '')))
      expect(() => Amt.load(store, cid, uint)).toThrow(CborError)
    })
  }

  test('a v3 root read as legacy', () => {
    const store = new MemoryBlockstore()
    const root = amtRootOf([1], uint, amtV3(3), store)
    Amt.load(store, root, uint)
    expect(() => Amt.load(store, root, uint, 'legacy')).toThrow(CborError)
  })

  test('child with the bitmap of another width', () => {
    const store = new MemoryBlockstore()
    const child = store.put(Codec.DAG_CBOR, fromHex('83440100000080 8101'.replace(' ', '')))
    const root = store.put(
      Codec.DAG_CBOR,
      Buffer.concat([
        fromHex('84030101834101 81d82a582700'.replace(' ', '')),
        child.bytes,
        fromHex('80'),
      ]),
    )
    const amt = Amt.load(store, root, uint)
    expect(() => amt.get(0)).toThrow(CborError)
  })

  test('missing', () => {
    const store = new MemoryBlockstore()
    const cid = CID.of(Codec.DAG_CBOR, fromHex('824080'))
    expect(() => Amt.load(store, cid, uint)).toThrow(NodeError)
  })
})
