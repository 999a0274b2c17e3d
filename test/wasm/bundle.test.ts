import { describe, expect, test } from 'vitest'
import { concat, utf8 } from '../../src/base/bytes.ts'
import { writeCar } from '../../src/ipld/car.ts'
import { CborWriter } from '../../src/ipld/cbor.ts'
import { CID, Codec } from '../../src/ipld/cid.ts'
import { builtinNames } from '../../src/protocol/builtin.ts'
import { BundleError, loadBundle } from '../../src/wasm/bundle.ts'
import { wat } from './wat.ts'

interface Block {
  readonly cid: CID
  readonly data: Uint8Array
}

const block = (codec: number, data: Uint8Array): Block => ({ cid: CID.of(codec, data), data })

/** A bundle of modules that differ in a number only. */
function bundle({ version = 1, names = builtinNames as readonly string[], leaveOut = '' } = {}) {
  const modules = names.map((name, index) => ({
    name,
    ...block(
      Codec.RAW,
      wat(`(module (memory (export "memory") 1)
        (func (export "invoke") (param i32) (result i32) i32.const ${index}))`),
    ),
  }))
  const list = new CborWriter(1_024).array(modules.length)
  for (const { name, cid } of modules) list.array(2).text(name).link(cid)
  const manifest = block(Codec.DAG_CBOR, list.finish())
  const writer = new CborWriter(64).array(2).int(version).link(manifest.cid)
  const root = block(Codec.DAG_CBOR, writer.finish())
  const kept = modules.filter(({ name }) => name !== leaveOut)
  return { car: concat(...writeCar([root.cid], [root, manifest, ...kept])), modules }
}

/** A Zstandard frame whose blocks are not compressed. https://www.rfc-editor.org/rfc/rfc8878 */
function zstd(data: Uint8Array): Uint8Array {
  const head = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0b1010_0000, 0, 0, 0, 0)
  new DataView(head.buffer).setUint32(5, data.length, true)
  const blocks: Uint8Array[] = []
  for (let at = 0; at < data.length; at += 1 << 16) {
    const part = data.subarray(at, at + (1 << 16))
    const last = at + part.length === data.length ? 1 : 0
    const header = (part.length << 3) | last
    blocks.push(Uint8Array.of(header, header >> 8, header >> 16), part)
  }
  return concat(head, ...blocks)
}

function tar(files: Readonly<Record<string, Uint8Array>>): Uint8Array {
  const parts = Object.entries(files).flatMap(([name, data]) => {
    const header = new Uint8Array(512)
    header.set(utf8(name), 0)
    header.set(utf8(data.length.toString(8).padStart(11, '0')), 124)
    header[156] = '0'.charCodeAt(0)
    return [header, data, new Uint8Array((512 - (data.length % 512)) % 512)]
  })
  return concat(...parts, new Uint8Array(1_024))
}

test('a CAR file becomes a registry', async () => {
  const { car, modules } = bundle()
  const { manifest, registry } = await loadBundle(car)
  for (const { name, cid } of modules) {
    expect(manifest.nameOf(cid)).toBe(name)
    expect(registry.byCode(cid)?.name).toBe(name)
    expect(registry.byCode(cid)?.footprint).toEqual({ memoryPages: 1, tableElements: 0 })
  }
  expect(registry.codeFor('evm')).toEqual(modules[13]!.cid)
  expect(registry.byCode(CID.of(Codec.RAW, new Uint8Array(1)))).toBeUndefined()
})

test('so does the file of one network in an archive', async () => {
  const [mainnet, devnet] = [bundle().car, bundle({ version: 2 }).car]
  const archive = zstd(
    tar({ './builtin-actors-mainnet.car': mainnet, './builtin-actors-devnet.car': devnet }),
  )
  const { manifest } = await loadBundle(archive)
  expect(manifest.dataCid).toEqual((await loadBundle(mainnet)).manifest.dataCid)
  await expect(loadBundle(archive, { network: 'devnet' })).rejects.toThrow('bundle version 2')
  await expect(loadBundle(archive, { network: 'calibrationnet' })).rejects.toThrow(
    'no builtin-actors-calibrationnet.car among ./builtin-actors-mainnet.car',
  )
})

describe('what is no bundle', () => {
  test.each([
    ['other actors', bundle({ names: ['system', 'init'] }).car, 'system init'],
    ['actors in another order', bundle({ names: builtinNames.toReversed() }).car, 'ethaccount eam'],
    ['a module is missing', bundle({ leaveOut: 'evm' }).car, 'bundle lacks bafk2bzac'],
    ['nothing', new Uint8Array(0), 'not an actors bundle'],
    ['text', utf8('version https://git-lfs.github.com/spec/v1'), 'not an actors bundle'],
    ['half of one', bundle().car.subarray(0, 900), 'not an actors bundle'],
  ])('%s', async (_, file, message) => {
    await expect(loadBundle(file)).rejects.toThrow(BundleError)
    await expect(loadBundle(file)).rejects.toThrow(message)
  })

  test('a file that is not there', async () => {
    await expect(loadBundle('/nowhere/bundle.car')).rejects.toThrow('ENOENT')
  })
})
