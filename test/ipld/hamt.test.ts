import fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import { bytesKey, fromHex, toHex, utf8 } from '../../src/base/bytes.ts'
import { encodeVarint } from '../../src/base/varint.ts'
import { MemoryBlockstore } from '../../src/ipld/blockstore.ts'
import { CborError } from '../../src/ipld/cbor.ts'
import { CID, Codec } from '../../src/ipld/cid.ts'
import { bytes, uint } from '../../src/ipld/codec.ts'
import { Hamt, type HamtOptions } from '../../src/ipld/hamt.ts'
import { hamtNodes } from '../../src/ipld/hamt-node.ts'
import { NodeError } from '../../src/ipld/node-store.ts'
import { CountingStore } from './counting-store.ts'
import { holds } from './properties.ts'
import { vectors } from './vectors.ts'

// every test decodes its blocks itself
beforeEach(() => hamtNodes.clear())

function identity(key: Uint8Array): Uint8Array {
  const hash = new Uint8Array(32)
  hash.set(key.subarray(0, 32))
  return hash
}

const text = (value: string | number) => utf8(String(value))
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i)

describe('roots written by the Rust library', () => {
  for (const { input, expected } of vectors('hamt-root')) {
    test(`${input.name}, bit width ${input.bitWidth}`, () => {
      const options = { bitWidth: input.bitWidth, ...(input.hash ? { hash: identity } : {}) }
      const numeric = input.ops.some(([op]: [string]) => op === 'setUvarintKeys')
      const store = new MemoryBlockstore()
      const root = numeric
        ? uvarintRoot(store, options, input.ops)
        : textRoot(store, options, input.ops)
      expect(root.toString()).toBe(expected.root)
    })
  }

  function textRoot(store: MemoryBlockstore, options: HamtOptions, ops: [string, ...unknown[]][]) {
    const hamt = Hamt.empty(store, bytes, options)
    const apply: Record<string, (...args: never[]) => void> = {
      set: (key: string, value: string) => hamt.set(text(key), text(value)),
      delete: (key: string) => hamt.delete(text(key)),
      setRangeKeys: (from: number, to: number, value: string) => {
        for (const i of range(from, to)) hamt.set(text(i), text(value))
      },
      setRangeKeysSelf: (from: number, to: number) => {
        for (const i of range(from, to)) hamt.set(text(i), text(i))
      },
    }
    for (const [op, ...args] of ops) apply[op]!(...(args as never[]))
    return hamt.flush()
  }

  function uvarintRoot(
    store: MemoryBlockstore,
    options: HamtOptions,
    ops: [string, ...number[]][],
  ) {
    const hamt = Hamt.empty(store, uint, options)
    for (const [op, from, to, value] of ops) {
      if (op === 'setUvarintKeys') {
        for (const i of range(from!, to!)) hamt.set(encodeVarint(BigInt(i)), value!)
      } else {
        expect(op).toBe('deleteUvarint')
        expect(hamt.delete(encodeVarint(BigInt(from!)))).toBe(42)
      }
    }
    return hamt.flush()
  }
})

describe('as many reads and writes as the Rust library (figures of its own tests)', () => {
  let store: CountingStore
  beforeEach(() => {
    store = new CountingStore()
  })

  test('an existing key is not set', () => {
    const hamt = Hamt.empty(store, bytes, { bitWidth: 8 })
    expect(hamt.setIfAbsent(text('favorite-animal'), text('owl bear'))).toBe(true)
    expect(hamt.setIfAbsent(text('favorite-animal'), text('bright green bear'))).toBe(false)
    const again = Hamt.load(store, hamt.flush(), bytes, { bitWidth: 8 })
    expect(again.setIfAbsent(text('favorite-animal'), text('bright green bear'))).toBe(false)
    expect(again.get(text('favorite-animal'))).toEqual(text('owl bear'))
    expect(store.counts).toEqual({ reads: 1, writes: 1, bytesRead: 63, bytesWritten: 63 })
  })

  test('an equal value writes nothing', () => {
    const expected = { reads: 0, writes: 18, bytesRead: 0, bytesWritten: 1282 }
    const hamt = Hamt.empty(store, bytes, { bitWidth: 1 })
    for (const i of range(0, 30)) hamt.set(text(i), text('filler'))
    hamt.flush()
    hamt.set(text('favorite-animal'), text('bright green bear'))
    const root = hamt.flush()
    expect(store.counts).toEqual(expected)
    hamt.set(text('favorite-animal'), text('bright green bear'))
    expect(hamt.flush()).toBe(root)
    expect(store.counts).toEqual(expected)
  })

  test('delete', () => {
    const hamt = Hamt.empty(store, bytes, { bitWidth: 8 })
    hamt.set(text('foo'), text('cat dog bear'))
    hamt.set(text('bar'), text('cat dog'))
    hamt.set(text('baz'), text('cat'))
    const again = Hamt.load(store, hamt.flush(), bytes, { bitWidth: 8 })
    expect(again.delete(text('foo'))).toEqual(text('cat dog bear'))
    expect(again.has(text('foo'))).toBe(false)
    expect(again.delete(text('nonexistent'))).toBeUndefined()
    again.flush()
    expect(store.counts).toEqual({ reads: 1, writes: 2, bytesRead: 79, bytesWritten: 139 })
  })

  test('200 and 400 keys, and none again', () => {
    const hamt = Hamt.empty(store, bytes)
    for (const i of range(0, 200)) hamt.set(text(i), text(i))
    const half = hamt.flush()
    for (const i of range(200, 400)) hamt.set(text(i), text(i))
    hamt.flush()
    for (const i of range(200, 400)) expect(hamt.delete(text(i))).toEqual(text(i))
    expect(hamt.flush().toString()).toBe(half.toString())
    for (const i of range(0, 200)) expect(hamt.delete(text(i))).toEqual(text(i))
    expect(hamt.isEmpty).toBe(true)
    hamt.flush()
    expect(store.counts).toEqual({ reads: 0, writes: 94, bytesRead: 0, bytesWritten: 11737 })
  })

  test('iteration reads each node once', () => {
    const fresh = Hamt.empty(store, bytes)
    for (const i of range(0, 200)) fresh.set(text(i), text(i))
    expect([...fresh]).toHaveLength(200)
    const hamt = Hamt.load(store, fresh.flush(), bytes)
    expect([...hamt]).toHaveLength(200)
    expect([...hamt]).toHaveLength(200)
    hamt.set(text(10), text('modified-10'))
    hamt.set(text(80), text('modified-80'))
    hamt.set(text(81), text('modified-81'))
    hamt.delete(text(30))
    expect(hamt.delete(text(300))).toBeUndefined()
    expect([...hamt]).toHaveLength(199)
    expect(hamt.flush().toString()).toBe(
      'bafy2bzacebln5j7tdfavh2qqhio6mgaoq6mm2jbmcex2ngcmi3uqlx5k3mov4',
    )
    expect(store.counts).toEqual({ reads: 30, writes: 33, bytesRead: 3209, bytesWritten: 4697 })
  })

  test('a child folds back into its parent', () => {
    const hamt = Hamt.empty(store, uint)
    for (const i of range(100, 195)) hamt.set(encodeVarint(BigInt(i)), 42)
    const again = Hamt.load(store, hamt.flush(), uint)
    again.delete(encodeVarint(104n))
    again.delete(encodeVarint(108n))
    Hamt.load(store, again.flush(), uint)
    expect(store.counts).toEqual({ reads: 3, writes: 11, bytesRead: 1449, bytesWritten: 1751 })
  })

  test('what was decoded before is read from the store all the same', () => {
    const fresh = Hamt.empty(store, bytes)
    for (const i of range(0, 200)) fresh.set(text(i), text(i))
    const root = fresh.flush()
    for (let round = 1; round <= 2; round++) {
      const hamt = Hamt.load(store, root, bytes)
      for (const i of range(0, 200)) hamt.get(text(i))
      expect(store.reads).toBe(30 * round)
    }
  })
})

test('children are written before their parents, each node once', () => {
  const store = new CountingStore()
  const hamt = Hamt.empty(store, bytes, { bitWidth: 2 })
  for (const i of range(0, 200)) hamt.set(text(i), text(i))
  const root = hamt.flush()
  expect(store.written.at(-1)).toBe(root)
  expect(new Set(store.written.map((cid) => cid.key)).size).toBe(store.writes)
  hamtNodes.clear()
  const partial = new MemoryBlockstore()
  for (const cid of store.written) {
    partial.set(cid, store.blocks.get(cid.key)!)
    const subtree = Hamt.load(partial, cid, bytes, { bitWidth: 2 })
    expect([...subtree].length).toBeGreaterThan(0)
  }
})

test('a change in one instance is not seen by another', () => {
  const store = new MemoryBlockstore()
  const fresh = Hamt.empty(store, bytes)
  for (const i of range(0, 100)) fresh.set(text(i), text(i))
  const root = fresh.flush()
  const [one, two] = [Hamt.load(store, root, bytes), Hamt.load(store, root, bytes)]
  for (const i of range(0, 100)) one.delete(text(i))
  for (const i of range(0, 100)) expect(two.get(text(i))).toEqual(text(i))
  for (const i of range(0, 100)) expect(fresh.get(text(i))).toEqual(text(i))
  expect(two.flush()).toBe(root)
})

test('a map that was emptied is the empty map of any width', () => {
  const store = new MemoryBlockstore()
  const wide = Hamt.empty(store, uint, { bitWidth: 8 })
  for (const key of range(0, 200)) wide.set(Uint8Array.of(key), key)
  wide.flush()
  for (const key of range(0, 200)) wide.delete(Uint8Array.of(key))
  const narrow = Hamt.load(store, wide.flush(), uint, { bitWidth: 3 })
  expect(narrow.isEmpty).toBe(true)
  expect(narrow.get(Uint8Array.of(7))).toBeUndefined()
})

test('neither the key handed in nor a value handed out reaches the map', () => {
  const hamt = Hamt.empty(new MemoryBlockstore(), bytes)
  const key = Buffer.from('key') // whose slice() is no copy
  hamt.set(key, text('value'))
  key.fill(0)
  hamt.get(text('key'))!.fill(0)
  for (const [k, v] of hamt) {
    k.fill(0)
    v.fill(0)
  }
  expect(hamt.get(text('key'))).toEqual(text('value'))
})

describe('against a Map', () => {
  // few distinct digits at the top, so that nodes split and fold
  const key = fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 30 }))
  const op = fc.record({
    kind: fc.constantFrom(
      'set',
      'set',
      'set',
      'setIfAbsent',
      'delete',
      'delete',
      'flush',
      'reload',
    ),
    key: key.map(([high, low]) => Uint8Array.of(high, high, low, low)),
    value: fc.integer({ min: 0, max: 3 }),
  })
  const hashes = { sha256: {}, identity: { hash: identity } } satisfies Record<string, HamtOptions>

  for (const [name, hash] of Object.entries(hashes)) {
    for (const bitWidth of [1, 3, 5, 8]) {
      test(`${name}, bit width ${bitWidth}`, () => {
        const options = { bitWidth, ...hash }
        holds(
          fc.array(op, { maxLength: 120 }),
          (ops) => {
            const store = new MemoryBlockstore()
            let hamt = Hamt.empty(store, uint, options)
            const model = new Map<string, number>()
            for (const { kind, key, value } of ops) {
              const id = bytesKey(key)
              if (kind === 'set') {
                hamt.set(key, value)
                model.set(id, value)
              } else if (kind === 'setIfAbsent') {
                expect(hamt.setIfAbsent(key, value)).toBe(!model.has(id))
                if (!model.has(id)) model.set(id, value)
              } else if (kind === 'delete') {
                expect(hamt.delete(key)).toBe(model.get(id))
                model.delete(id)
              } else {
                const root = hamt.flush()
                if (kind === 'reload') {
                  hamtNodes.clear()
                  hamt = Hamt.load(store, root, uint, options)
                }
              }
              expect(hamt.get(key)).toBe(model.get(id))
              expect(hamt.isEmpty).toBe(model.size === 0)
            }
            const content = [...hamt].map(([k, v]) => [bytesKey(k), v] as const)
            expect(new Map(content)).toEqual(model)
            expect(content).toHaveLength(model.size)

            // canonical: the same content put in sorted order
            const other = Hamt.empty(store, uint, options)
            for (const [k, v] of [...content].sort()) other.set(Buffer.from(k, 'latin1'), v)
            expect(other.flush().toString()).toBe(hamt.flush().toString())
            expect([...other].map(([k, v]) => [bytesKey(k), v])).toEqual(content)
          },
          60,
        )
      })
    }
  }
})

describe('blocks that are not a node', () => {
  const link = 'd82a5827000171a0e40220'.concat('11'.repeat(32))
  const rawLink = 'd82a5827000155a0e40220'.concat('11'.repeat(32))
  const malformed = {
    'not an array': '40',
    'one field': '8140',
    'three fields': '83408080',
    'bitfield is text': '826080',
    'bitfield of 33 bytes': `825821${'00'.repeat(33)}80`,
    'more bits than pointers': '82410380',
    'fewer bits than pointers': '82410182814141018141420101',
    'pointer is a number': '8241018101',
    'pointer is a map': '82410181a0',
    'empty bucket': '8241018180',
    'bucket of four': '824101818482414101824142018241430182414401',
    'bucket not in order': '82410181828241420182414101',
    'same key twice': '82410181828241410182414101',
    'pair of three': '82410181818341410101',
    'key is text': '824101818182614101',
    'link to a raw block': `82410181${rawLink}`,
    'link without prefix': `82410181d82a5826${link.slice(12)}`,
    'value cut off': '8241018181824141',
    'length not in shortest form': '8258010180',
    'indefinite array': '82409fff',
    'trailing bytes': '82408000',
    'no bytes': '',
  }
  for (const [name, hex] of Object.entries(malformed)) {
    test(name, () => {
      const store = new MemoryBlockstore()
      const cid = store.put(Codec.DAG_CBOR, fromHex(hex))
      expect(() => Hamt.load(store, cid, uint)).toThrow(CborError)
    })
  }

  test('wider than the bit width', () => {
    const store = new MemoryBlockstore()
    const cid = store.put(Codec.DAG_CBOR, fromHex('82451000000000818182414101'))
    expect(() => Hamt.load(store, cid, uint, { bitWidth: 5 })).toThrow(CborError)
    expect(Hamt.load(store, cid, uint, { bitWidth: 6 }).isEmpty).toBe(false)
    // decoded by now, still refused
    expect(() => Hamt.load(store, cid, uint, { bitWidth: 5 })).toThrow(CborError)
  })

  test('an empty node below the root', () => {
    const store = new MemoryBlockstore()
    const empty = Hamt.empty(store, uint).flush()
    const link = `d82a582700${toHex(empty.bytes)}`
    const block = fromHex(`82448100000082${link}${link}`)
    const root = Hamt.load(store, store.put(Codec.DAG_CBOR, block), uint, { hash: identity })
    expect(() => root.get(Uint8Array.of(0b1111_1000))).toThrow(CborError)
  })

  test('missing', () => {
    const store = new MemoryBlockstore()
    const cid = CID.of(Codec.DAG_CBOR, fromHex('824080'))
    expect(() => Hamt.load(store, cid, uint)).toThrow(NodeError)
  })

  test('not CBOR by its CID', () => {
    const store = new CountingStore()
    const cid = store.put(Codec.RAW, fromHex('824080'))
    expect(() => Hamt.load(store, cid, uint)).toThrow(NodeError)
    expect(store.reads).toBe(0)
  })

  test('a value of another type', () => {
    const store = new MemoryBlockstore()
    const hamt = Hamt.empty(store, bytes)
    hamt.set(text('a'), text('b'))
    expect(() => Hamt.load(store, hamt.flush(), uint).get(text('a'))).toThrow(CborError)
  })

  test('more equal hashes than fit into a bucket', () => {
    const hamt = Hamt.empty(new MemoryBlockstore(), uint, { hash: () => new Uint8Array(32) })
    for (const i of [1, 2, 3]) hamt.set(Uint8Array.of(i), i)
    expect(() => hamt.set(Uint8Array.of(4), 4)).toThrow(NodeError)
  })
})
