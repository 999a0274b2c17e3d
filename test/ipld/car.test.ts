import { describe, expect, test } from 'vitest'
import { concat, fromHex, toHex, utf8 } from '../../src/base/bytes.ts'
import { sha256 } from '../../src/base/hash.ts'
import { encodeVarint } from '../../src/base/varint.ts'
import { MemoryBlockstore } from '../../src/ipld/blockstore.ts'
import { CarError, readCar, writeCar } from '../../src/ipld/car.ts'
import { CID, Codec } from '../../src/ipld/cid.ts'

const section = (...parts: Uint8Array[]) => {
  const body = concat(...parts)
  return concat(encodeVarint(BigInt(body.length)), body)
}

const data = utf8('test')
const cid = CID.of(Codec.DAG_CBOR, data)
const headerHex = `a265726f6f747381d82a582700${toHex(cid.bytes)}6776657273696f6e01`

test('writes header and blocks, reads them back', () => {
  const raw = { data: utf8('raw'), cid: CID.of(Codec.RAW, utf8('raw')) }
  const file = concat(...writeCar([cid], [{ cid, data }, raw]))
  expect(file).toEqual(
    concat(section(fromHex(headerHex)), section(cid.bytes, data), section(raw.cid.bytes, raw.data)),
  )
  const store = new MemoryBlockstore()
  expect(readCar(file, store).map(String)).toEqual([String(cid)])
  expect(store.get(cid)).toEqual(data)
  expect(store.get(raw.cid)).toEqual(raw.data)
})

test('blocks by sha2-256 and identity', () => {
  const sha = CID.fromBytes(concat(fromHex('01551220'), sha256(data)))
  const inline = CID.fromBytes(concat(fromHex('01550004'), data))
  const store = new MemoryBlockstore()
  readCar(
    concat(
      ...writeCar(
        [cid],
        [
          { cid: sha, data },
          { cid: inline, data },
        ],
      ),
    ),
    store,
  )
  expect(store.get(sha)).toEqual(data)
  expect(store.get(inline)).toEqual(data)
})

describe('refuses', () => {
  const header = section(fromHex(headerHex))
  const sha512 = fromHex(`01551340${'00'.repeat(64)}`)
  const refused = {
    'no bytes': [new Uint8Array(0), 'empty'],
    'not CBOR': [section(utf8('hello')), 'not a CAR'],
    'a header with bytes behind': [section(fromHex(`${headerHex}00`)), 'not a CAR'],
    'version 2': [section(fromHex('a16776657273696f6e02')), 'version 2'],
    'no roots': [section(fromHex('a265726f6f7473806776657273696f6e01')), 'without roots'],
    'a truncated block': [concat(header, section(cid.bytes, data).subarray(0, -1)), 'truncated'],
    'a truncated length': [concat(header, Uint8Array.of(0x80)), 'no length'],
    'an empty section': [concat(header, Uint8Array.of(0)), 'no length'],
    'a CIDv0': [concat(header, section(fromHex('1220'), sha256(data), data)), 'valid CID'],
    'another content': [concat(header, section(cid.bytes, utf8('tesT'))), 'other content'],
    'an unknown hash': [concat(header, section(sha512, data)), 'unknown kind of hash'],
  } satisfies Record<string, [Uint8Array, string]>
  for (const [name, [file, message]] of Object.entries(refused)) {
    test(name, () => {
      const read = () => readCar(file as Uint8Array, new MemoryBlockstore())
      expect(read).toThrow(CarError)
      expect(read).toThrow(message as string)
    })
  }
})
