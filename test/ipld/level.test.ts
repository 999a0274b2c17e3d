import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ClassicLevel } from 'classic-level'
import { describe, expect, onTestFinished, test } from 'vitest'
import { utf8 } from '../../src/base/bytes.ts'
import { OverlayBlockstore } from '../../src/ipld/blockstore.ts'
import { CID, Codec } from '../../src/ipld/cid.ts'
import { LevelStore, StoreError, StoreLockedError } from '../../src/ipld/level.ts'
import { LevelBlockstore } from '../../src/ipld/level-blockstore.ts'
import { FORMAT_KEY, Table } from '../../src/ipld/level-table.ts'
import { startThread } from '../../src/node/threads/start.ts'
import { temporaryDirectory, temporaryStore } from './temporary-store.ts'

describe('batches', () => {
  test('nothing is there before the commit, everything after it', async () => {
    const store = await temporaryStore()
    const batch = store.batch()
    batch.putMeta('a', utf8('1'))
    batch.putMeta('b', utf8('2'))
    expect(batch.meta('a')).toEqual(utf8('1'))
    expect(store.meta('a')).toBeUndefined()
    await store.commit(batch)
    expect(store.meta('a')).toEqual(utf8('1'))
    expect(store.meta('b')).toEqual(utf8('2'))
  })

  test('a batch reads through its own changes', async () => {
    const store = await temporaryStore()
    const first = store.batch()
    first.putMeta('a', utf8('1'))
    first.putMeta('b', utf8('2'))
    await store.commit(first)
    const second = store.batch()
    second.deleteMeta('a')
    expect(second.meta('a')).toBeUndefined()
    expect(second.meta('b')).toEqual(utf8('2'))
    second.putMeta('a', utf8('3'))
    expect(second.size).toBe(1)
    await store.commit(second, { sync: true })
    expect(store.meta('a')).toEqual(utf8('3'))
  })

  test('blocks of an overlay reach the store with the batch', async () => {
    const store = await temporaryStore()
    const blocks = new LevelBlockstore(store, 1000)
    const overlay = new OverlayBlockstore(blocks)
    const cid = overlay.put(Codec.RAW, utf8('block'))
    expect(blocks.has(cid)).toBe(false)
    const batch = store.batch()
    batch.putBlocks(overlay.blocks)
    await store.commit(batch)
    expect(blocks.get(cid)).toEqual(utf8('block'))
    expect(blocks.get(cid)).toBe(blocks.get(cid)) // in memory by now
    expect(new OverlayBlockstore(blocks).get(cid)).toEqual(utf8('block'))
    expect(blocks.get(CID.of(Codec.RAW, utf8('other')))).toBeUndefined()
  })

  test('values are plain bytes', async () => {
    const store = await temporaryStore()
    const batch = store.batch()
    batch.putMeta('a', utf8('1'))
    await store.commit(batch)
    const values = [store.meta('a')]
    for await (const [, value] of store.metaRows('')) values.push(value)
    const snapshot = store.snapshot()
    values.push(...(await snapshot.getMany([Uint8Array.of(Table.META, 0x61)])))
    await snapshot.close()
    expect(values).toHaveLength(3)
    for (const value of values) expect(value!.constructor).toBe(Uint8Array)
  })

  test('meta rows are found by the start of their name', async () => {
    const store = await temporaryStore()
    const batch = store.batch()
    for (const name of ['pool/b', 'pool/a', 'pool', 'poor']) batch.putMeta(name, utf8(name))
    await store.commit(batch)
    const names: string[] = []
    for await (const [name] of store.metaRows('pool/')) names.push(name)
    expect(names).toEqual(['pool/a', 'pool/b'])
  })

  test('a cleared table is empty, the others are not', async () => {
    const store = await temporaryStore()
    const first = store.batch()
    first.putMeta('a', utf8('1'))
    first.putBlocks([[CID.of(Codec.RAW, utf8('x')).key, utf8('x')]])
    await store.commit(first)
    const generation = store.generation()
    const second = store.batch()
    await store.clear(second, Table.META)
    second.putMeta('b', utf8('2'))
    await store.commit(second)
    expect(store.meta('a')).toBeUndefined()
    expect(store.meta('b')).toEqual(utf8('2'))
    expect(new LevelBlockstore(store, 0).has(CID.of(Codec.RAW, utf8('x')))).toBe(true)
    expect(store.generation()).toBe(generation + 1)
  })

  test('a snapshot stays as it is', async () => {
    const store = await temporaryStore()
    const key = Uint8Array.of(Table.META, 0x61)
    const snapshot = store.snapshot()
    const batch = store.batch()
    batch.put(key, utf8('1'))
    await store.commit(batch)
    expect(snapshot.get(key)).toBeUndefined()
    const cursor = snapshot.cursor({ gte: key, lt: Uint8Array.of(Table.META + 1) })
    expect(await cursor.next(1)).toEqual([])
    await cursor.close()
    await snapshot.close()
    expect(store.get(key)).toEqual(utf8('1'))
  })
})

describe('opening', () => {
  test('what was committed is there again', async () => {
    const directory = await temporaryDirectory()
    const store = await LevelStore.open(join(directory, 'made', 'here'))
    const batch = store.batch()
    batch.putMeta('a', utf8('1'))
    await store.commit(batch)
    await store.close()
    const again = await LevelStore.open(join(directory, 'made', 'here'))
    onTestFinished(() => again.close())
    expect(again.meta('a')).toEqual(utf8('1'))
  })

  test('a second process is told what to do', async () => {
    const { directory } = await temporaryStore()
    const script = `
      import { LevelStore } from ${JSON.stringify(new URL('../../src/ipld/level.ts', import.meta.url))}
      const error = await LevelStore.open(${JSON.stringify(directory)}).catch((error) => error)
      console.log(error.name + ': ' + error.message)
    `
    const args = ['--import', 'tsx', '--input-type=module', '--eval', script]
    const { stdout } = await promisify(execFile)(process.execPath, args)
    expect(stdout.trim()).toBe(
      `${StoreLockedError.name}: ${directory} is in use by another process. ` +
        'Stop that process, or choose another directory.',
    )
  })

  test("a directory with somebody's files is left alone", async () => {
    const directory = await temporaryDirectory()
    await writeFile(join(directory, 'thesis.txt'), 'dear to me')
    await expect(LevelStore.open(directory)).rejects.toThrow(
      `${directory} holds files that are not of a store, such as thesis.txt.`,
    )
    expect(await readdir(directory)).toEqual(['thesis.txt'])
  })

  test('a file is no directory', async () => {
    const directory = await temporaryDirectory()
    const file = join(directory, 'file')
    await writeFile(file, '')
    await expect(LevelStore.open(file)).rejects.toThrow(StoreError)
    await expect(LevelStore.open(join(file, 'below'))).rejects.toThrow(/cannot use .*ENOTDIR/)
  })

  test('the database of another program is refused', async () => {
    const directory = await temporaryDirectory()
    const other = new ClassicLevel(directory)
    await other.put('mine', 'yes')
    await other.close()
    await expect(LevelStore.open(directory)).rejects.toThrow(/database of another program/)
    await other.open()
    expect(await other.get('mine')).toBe('yes')
    await other.close()
  })

  test('a store of another version is refused', async () => {
    const directory = await temporaryDirectory()
    const store = await LevelStore.open(directory)
    const batch = store.batch()
    batch.put(FORMAT_KEY, utf8('fevm-gateway store 99'))
    await store.commit(batch)
    await store.close()
    await expect(LevelStore.open(directory)).rejects.toThrow(/"fevm-gateway store 99", not/)
  })

  test('a damaged store is an error', async () => {
    const directory = await temporaryDirectory()
    await (await LevelStore.open(directory)).close()
    await writeFile(join(directory, 'CURRENT'), 'MANIFEST-999999\n')
    await expect(LevelStore.open(directory)).rejects.toThrow(/cannot open the store in/)
  })
})

describe('threads', () => {
  async function thread(directory: string) {
    const worker = startThread(new URL('./level-thread.ts', import.meta.url), { directory })
    onTestFinished(async () => void (await worker.terminate()))
    await once(worker, 'message')
    return {
      async ask(command: string, name = ''): Promise<unknown> {
        worker.postMessage([command, name])
        const [answer] = await once(worker, 'message')
        return answer
      },
      kill: () => worker.terminate(),
    }
  }

  test('all see a batch once it is committed, by whichever of them', async () => {
    const store = await temporaryStore()
    const [one, two] = await Promise.all([thread(store.directory), thread(store.directory)])
    const batch = store.batch()
    batch.putMeta('ours', utf8('1'))
    await store.commit(batch)
    expect(await one.ask('read', 'ours')).toEqual(utf8('1'))
    expect(await two.ask('read', 'ours')).toEqual(utf8('1'))
    await one.ask('write', 'theirs')
    expect(store.meta('theirs')).toEqual(Uint8Array.of(1, 2, 3))
    expect(await two.ask('read', 'theirs')).toEqual(Uint8Array.of(1, 2, 3))
    await one.ask('close')
    expect(await two.ask('read', 'theirs')).toEqual(Uint8Array.of(1, 2, 3))
  })

  test('one that is killed in the middle of its work harms nobody', async () => {
    const store = await temporaryStore()
    const batch = store.batch()
    for (let i = 0; i < 10_000; i++) batch.putMeta(`row ${i}`, new Uint8Array(100))
    await store.commit(batch)
    for (const command of ['readForever', 'iterateForever', 'writeForever']) {
      const victim = await thread(store.directory)
      await victim.ask(command, 'row 7')
      await new Promise((resolve) => setTimeout(resolve, 50))
      await victim.kill()
      expect(store.meta('row 9999')).toHaveLength(100)
    }
    const next = await thread(store.directory)
    expect(await next.ask('read', 'row 9999')).toHaveLength(100)
  })
})
