import fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import {
  bytesKey,
  fromBigInt,
  fromBigIntPadded,
  fromHex,
  to0x,
  toBigInt,
  toHex,
} from '../../src/base/bytes.ts'
import { MemoryBlockstore } from '../../src/ipld/blockstore.ts'
import { CborError } from '../../src/ipld/cbor.ts'
import { CID, Codec } from '../../src/ipld/cid.ts'
import { Kamt } from '../../src/ipld/kamt.ts'
import { kamtNodes } from '../../src/ipld/kamt-node.ts'
import { NodeError } from '../../src/ipld/node-store.ts'
import { CountingStore } from './counting-store.ts'
import { holds } from './properties.ts'
import { vectors } from './vectors.ts'

// every test decodes its blocks itself
beforeEach(() => kamtNodes.clear())

const slot = (number: bigint | number) => fromBigIntPadded(BigInt(number), 32)
const value = (number: bigint | number) => fromBigInt(BigInt(number))
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i)
const MAX = 2n ** 256n - 1n

describe('roots written by the EVM actor', () => {
  for (const { input, expected } of vectors('kamt-root')) {
    test(input.name, () => {
      const store = new MemoryBlockstore()
      const slots: [string, string][] = input.slots
      for (const order of [slots, slots.toReversed()]) {
        const kamt = Kamt.empty(store)
        for (const [key, number] of order) kamt.set(slot(BigInt(key)), value(BigInt(number)))
        const root = kamt.flush()
        expect(root.toString()).toBe(expected.root)
        expect(toHex(store.get(root)!)).toBe(expected.rootBlock)
      }
      kamtNodes.clear()
      const again = Kamt.load(store, CID.parse(expected.root))
      const content = [...again].map(([key, bytes]) => [toBigInt(key), toBigInt(bytes)])
      expect(new Map(content as [bigint, bigint][])).toEqual(
        new Map(slots.map(([key, number]) => [BigInt(key), BigInt(number)])),
      )
    })
  }

  test('writing zero is left to delete: 0 and 1 set, 0 deleted', () => {
    const kamt = Kamt.empty(new MemoryBlockstore())
    kamt.set(slot(0), value(1))
    kamt.set(slot(1), value(2))
    kamt.delete(slot(0))
    expect(kamt.flush().toString()).toBe(
      'bafy2bzaceaiptwgdgeqhjnscec7og7fd3uqg4lganro7r5atbokloeyr2rldc',
    )
  })
})

describe('reads and writes', () => {
  let store: CountingStore
  let seen: string[]
  let steps: string[]
  const observer = {
    onLoad: (values: number, links: number) => void seen.push(`load ${values} ${links}`),
    onWrite: (values: number, links: number) => void seen.push(`write ${values} ${links}`),
    onDescend: (digits: number) => void steps.push(`descend ${digits}`),
    onFork: (digits: number) => void steps.push(`fork ${digits}`),
    onSplit: (digits: number) => void steps.push(`split ${digits}`),
    onLift: (digits: number) => void steps.push(`lift ${digits}`),
  }
  let root: CID

  // root -> (path of 50 digits) -> leaf of 0 and 1; root -> the largest slot
  beforeEach(() => {
    store = new CountingStore()
    seen = []
    steps = []
    const kamt = Kamt.empty(store, observer)
    kamt.set(slot(0), value(1))
    kamt.set(slot(1), value(2))
    kamt.set(slot(MAX), value(3))
    root = kamt.flush()
    expect(seen).toEqual(['write 2 0', 'write 1 1'])
    expect(steps).toEqual(['fork 50'])
    expect(store.writes).toBe(2)
    seen = []
    steps = []
  })

  test('the digits of paths that are compared, also those of a path that does not fit', () => {
    const kamt = Kamt.load(store, root, observer)
    kamt.get(slot(0))
    kamt.get(slot(2))
    kamt.set(slot(1), value(5))
    kamt.delete(slot(2))
    kamt.set(slot(MAX), value(4))
    expect(steps).toEqual(['descend 50', 'descend 49', 'descend 50', 'descend 49'])
    steps = []
    kamt.set(slot(2), value(9))
    expect(steps).toEqual(['descend 49', 'split 50'])
    steps = []
    kamt.delete(slot(2))
    expect(steps).toEqual(['descend 49', 'lift 50'])
    steps = []
    kamt.delete(slot(1))
    expect(steps).toEqual(['descend 50'])
  })

  test('a node is read when it is needed, once', () => {
    const kamt = Kamt.load(store, root, observer)
    expect(kamt.get(slot(MAX))).toEqual(value(3))
    expect(seen).toEqual(['load 1 1'])
    expect(kamt.get(slot(0))).toEqual(value(1))
    expect(kamt.get(slot(1))).toEqual(value(2))
    expect(seen).toEqual(['load 1 1', 'load 2 0'])
    expect(store.reads).toBe(2)
    Kamt.load(store, root, observer).get(slot(0))
    expect(store.reads).toBe(4)
  })

  test('a lookup reads the child before it compares the path', () => {
    const kamt = Kamt.load(store, root, observer)
    expect(kamt.get(slot(2))).toBeUndefined()
    expect(seen).toEqual(['load 1 1', 'load 2 0'])
  })

  test('a deletion does not', () => {
    const kamt = Kamt.load(store, root, observer)
    expect(kamt.delete(slot(2))).toBe(false)
    expect(seen).toEqual(['load 1 1'])
  })

  test('splitting a path leaves the child unread and unwritten', () => {
    const kamt = Kamt.load(store, root, observer)
    expect(kamt.set(slot(2), value(9))).toBe(true)
    kamt.flush()
    expect(seen).toEqual(['load 1 1', 'write 1 1', 'write 1 1'])
  })

  test('an equal value writes nothing', () => {
    const kamt = Kamt.load(store, root, observer)
    expect(kamt.set(slot(1), Uint8Array.of(0, 0, 2))).toBe(false)
    expect(kamt.flush()).toBe(root)
    expect(seen).toEqual(['load 1 1', 'load 2 0'])
  })

  test('a change writes the nodes on its way', () => {
    const kamt = Kamt.load(store, root, observer)
    expect(kamt.set(slot(1), value(5))).toBe(true)
    const changed = kamt.flush()
    expect(kamt.flush()).toBe(changed)
    expect(seen).toEqual(['load 1 1', 'load 2 0', 'write 2 0', 'write 1 1'])
    expect(kamt.get(slot(1))).toEqual(value(5))
    expect(store.reads).toBe(2)
  })

  test('a child with one value left becomes that value', () => {
    const kamt = Kamt.load(store, root, observer)
    expect(kamt.delete(slot(0))).toBe(true)
    kamt.flush()
    expect(seen).toEqual(['load 1 1', 'load 2 0', 'write 2 0'])
  })

  test('a child with one link left becomes that link, its node untouched', () => {
    const kamt = Kamt.load(store, root)
    kamt.set(slot(2), value(9))
    const split = Kamt.load(store, kamt.flush(), observer)
    split.delete(slot(2))
    expect(split.flush().toString()).toBe(root.toString())
    expect(seen).toEqual(['load 1 1', 'load 1 1', 'write 1 1'])
  })

  test('an empty tree is written when asked for', () => {
    const kamt = Kamt.empty(store, observer)
    expect(kamt.isEmpty).toBe(true)
    kamt.flush()
    expect(seen).toEqual(['write 0 0'])
  })
})

test('a change in one instance is not seen by another', () => {
  const store = new MemoryBlockstore()
  const fresh = Kamt.empty(store)
  for (const i of range(0, 100)) fresh.set(slot(i), value(i + 1))
  const root = fresh.flush()
  const [one, two] = [Kamt.load(store, root), Kamt.load(store, root)]
  for (const i of range(0, 100)) one.delete(slot(i))
  for (const i of range(0, 100)) expect(two.get(slot(i))).toEqual(value(i + 1))
  expect(one.isEmpty).toBe(true)
  expect(two.flush()).toBe(root)
})

test('keys and values handed in may be reused', () => {
  const kamt = Kamt.empty(new MemoryBlockstore())
  const [key, word] = [slot(7), slot(8)]
  kamt.set(key, word)
  key.fill(0)
  word.fill(0)
  expect(kamt.get(slot(7))).toEqual(value(8))
})

describe('against a Map', () => {
  // neighbours of several bases that share prefixes of all lengths, and anything
  const key = fc.oneof(
    fc
      .tuple(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 0, max: 40 }))
      .map(([bit, offset]) => (2n ** BigInt(bit) + BigInt(offset)) & MAX),
    fc.integer({ min: 0, max: 70 }).map(BigInt),
    fc.bigInt({ min: 0n, max: MAX }),
  )
  const op = fc.record({
    kind: fc.constantFrom('set', 'set', 'set', 'delete', 'delete', 'flush', 'reload'),
    key,
    value: fc.oneof(fc.bigInt({ min: 1n, max: 3n }), fc.bigInt({ min: 1n, max: MAX })),
  })

  test('any history', () => {
    holds(
      fc.array(op, { maxLength: 150 }),
      (ops) => {
        const store = new MemoryBlockstore()
        let kamt = Kamt.empty(store)
        const model = new Map<bigint, bigint>()
        for (const { kind, key, value: number } of ops) {
          if (kind === 'set') {
            expect(kamt.set(slot(key), value(number))).toBe(model.get(key) !== number)
            model.set(key, number)
          } else if (kind === 'delete') {
            const known = [...model.keys()]
            const at = known[Number(number % 5n)] ?? key
            expect(kamt.delete(slot(at))).toBe(model.delete(at))
          } else {
            const root = kamt.flush()
            if (kind === 'reload') {
              kamtNodes.clear()
              kamt = Kamt.load(store, root)
            }
          }
          const found = kamt.get(slot(key))
          expect(found === undefined ? undefined : toBigInt(found)).toBe(model.get(key))
          expect(kamt.isEmpty).toBe(model.size === 0)
        }
        const content = [...model].sort(([a], [b]) => (a < b ? -1 : 1))
        expect([...kamt].map(([k, v]) => [toBigInt(k), toBigInt(v)])).toEqual(content)

        // canonical: the same content put in order
        const other = Kamt.empty(store)
        for (const [k, v] of content) other.set(slot(k), value(v))
        expect(other.flush().toString()).toBe(kamt.flush().toString())
      },
      400,
    )
  })

  test('what was remembered at a flush is what its blocks say', () => {
    holds(fc.array(key, { maxLength: 60 }), (keys) => {
      const store = new MemoryBlockstore()
      const kamt = Kamt.empty(store)
      for (const k of keys) kamt.set(slot(k), value((k % 1_000n) + 1n))
      const root = kamt.flush()
      const shape = () => {
        const seen: string[] = []
        const observer = {
          onLoad: (values: number, links: number) => void seen.push(`${values} ${links}`),
          onWrite: () => {},
          onDescend: () => {},
          onFork: () => {},
          onSplit: () => {},
          onLift: () => {},
        }
        const content = [...Kamt.load(store, root, observer)]
        return { seen, content: content.map(([k, v]) => [bytesKey(k), bytesKey(v)]) }
      }
      const remembered = shape()
      kamtNodes.clear()
      expect(shape()).toEqual(remembered)
    })
  })
})

describe('blocks that are not a node', () => {
  const link = `d82a5827000171a0e40220${'11'.repeat(32)}`
  const rawLink = `d82a5827000155a0e40220${'11'.repeat(32)}`
  const malformed = {
    'not an array': '40',
    'one field': '81 40',
    'bitfield of 5 bytes': '82 450100000000 81 a16176 81 82 40 4101',
    'more bits than pointers': '82 4103 81 a16176 81 82 40 4101',
    'fewer bits than pointers': '82 4101 82 a16176 81 82 40 4101 a16176 81 82 4101 4101',
    'pointer is a list, as in a HAMT': '82 4101 81 81 82 40 4101',
    'pointer is a link, as in a HAMT': `82 4101 81 ${link}`,
    'pointer of another kind': '82 4101 81 a16178 81 82 40 4101',
    'pointer with two kinds': '82 4101 81 a26176 81 82 40 4101 6176 81 82 40 4101',
    'no kind': '82 4101 81 a0',
    'empty bucket': '82 4101 81 a16176 80',
    'bucket of two': '82 4101 81 a16176 82 82 40 4101 82 4101 4101',
    'key of 33 bytes': `82 4101 81 a16176 81 82 5821${'01'.repeat(33)} 4101`,
    'value of 33 bytes': `82 4101 81 a16176 81 82 40 5821${'01'.repeat(33)}`,
    'value is a number': '82 4101 81 a16176 81 82 40 01',
    'link to a raw block': `82 4101 81 a1616c 83 ${rawLink} 00 40`,
    'link of two fields': `82 4101 81 a1616c 82 ${link} 00`,
    'path of 4 bits': `82 4101 81 a1616c 83 ${link} 04 4110`,
    'path longer than its bits': `82 4101 81 a1616c 83 ${link} 05 420800`,
    'path shorter than its bits': `82 4101 81 a1616c 83 ${link} 0a 4108`,
    'path with bits behind its end': `82 4101 81 a1616c 83 ${link} 05 4109`,
    'path of 255 bits': `82 4101 81 a1616c 83 ${link} 18ff 5820${'00'.repeat(32)}`,
    'path of 260 bits': `82 4101 81 a1616c 83 ${link} 190104 5821${'00'.repeat(33)}`,
    'trailing bytes': '82 40 80 00',
    'no bytes': '',
  }
  for (const [name, hex] of Object.entries(malformed)) {
    test(name, () => {
      const store = new MemoryBlockstore()
      const cid = store.put(Codec.DAG_CBOR, fromHex(hex.replaceAll(' ', '')))
      expect(() => Kamt.load(store, cid)).toThrow(CborError)
    })
  }

  function rootWithChild(store: MemoryBlockstore, child: string, path: string): CID {
    const { bytes } = store.put(Codec.DAG_CBOR, fromHex(child.replaceAll(' ', '')))
    const block = `82 4101 81 a1616c 83 d82a582700 ${toHex(bytes)} ${path}`
    return store.put(Codec.DAG_CBOR, fromHex(block.replaceAll(' ', '')))
  }

  test('an empty node below the root', () => {
    const store = new MemoryBlockstore()
    const kamt = Kamt.load(store, rootWithChild(store, '82 40 80', '00 40'))
    expect(() => kamt.get(slot(0))).toThrow(CborError)
  })

  test('a path that leads below the last bit', () => {
    const store = new MemoryBlockstore()
    const path = `18fa 5820 ${'00'.repeat(32)}`
    const kamt = Kamt.load(store, rootWithChild(store, `82 4101 81 a1616c 83 ${link} 00 40`, path))
    expect(() => kamt.get(slot(0))).toThrow(CborError)
  })

  test('numbers with leading zeros are read as what they are', () => {
    const store = new MemoryBlockstore()
    const cid = store.put(
      Codec.DAG_CBOR,
      fromHex('824101 81a16176 81 82 420000 420007'.replaceAll(' ', '')),
    )
    expect(to0x(Kamt.load(store, cid).get(slot(0))!)).toBe('0x07')
  })

  test('missing', () => {
    const store = new MemoryBlockstore()
    const cid = CID.of(Codec.DAG_CBOR, fromHex('824080'))
    expect(() => Kamt.load(store, cid)).toThrow(NodeError)
  })
})
