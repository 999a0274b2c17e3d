/** What every shared log must do, wherever it lies. */
import { randomUUID } from 'node:crypto'
import { afterEach, describe, expect, test } from 'vitest'
import { utf8 } from '../../src/base/bytes.ts'
import {
  digestOf,
  FencedError,
  LogConflictError,
  type NextCommit,
  type SharedLog,
  START_DIGEST,
} from '../../src/shared/shared-log.ts'

const ID = '00112233445566778899aabbccddeeff'
const LONG = 60_000

/** Commits 1 to `count`, chained. */
function commits(count: number, text = 'commit', id = ID): NextCommit[] {
  let previous: Uint8Array = START_DIGEST
  return Array.from({ length: count }, (_, i) => {
    const body = utf8(`${text} ${i + 1}`)
    const commit = { id, sequence: i + 1, previous, body }
    previous = digestOf(previous, body)
    return commit
  })
}

async function* chunksOf(...chunks: string[]): AsyncIterable<Uint8Array> {
  for (const chunk of chunks) yield utf8(chunk)
}

/** @param open another view of the log of this name */
export function sharedLogContract(name: string, open: (log: string) => Promise<SharedLog>): void {
  describe(name, () => {
    const opened: SharedLog[] = []
    afterEach(async () => {
      for (const log of opened.splice(0)) await log.close()
    })

    async function view(log: string): Promise<SharedLog> {
      const opening = await open(log)
      opened.push(opening)
      return opening
    }

    async function producer(log = randomUUID()) {
      const opening = await view(log)
      const token = await opening.acquire(`owner of ${log}`, LONG)
      return { log: opening, token: token!, name: log }
    }

    test('there is nothing before the first commit', async () => {
      const log = await view(randomUUID())
      expect(await log.state()).toBeUndefined()
      expect(await log.sequence()).toBe(0)
    })

    test('commits are read back in order, by others too, over many segments', async () => {
      const { log, token, name } = await producer()
      const all = commits(600)
      for (const commit of all) await log.append(token, commit)
      const other = await view(name)
      const state = await other.state()
      const last = all.at(-1)!
      expect(state).toEqual({
        id: ID,
        sequence: 600,
        digest: digestOf(last.previous, last.body),
        base: undefined,
      })
      expect(await other.sequence()).toBe(600)
      const bodies = await other.read(state!, 1, 600)
      expect(bodies).toEqual(all.map(({ body }) => body))
      expect(await other.read(state!, 255, 257)).toEqual(bodies.slice(254, 257))
    })

    test('to append a commit again does no harm', async () => {
      const { log, token } = await producer()
      const [first, second] = commits(2) as [NextCommit, NextCommit]
      await log.append(token, first)
      await log.append(token, first)
      await log.append(token, second)
      await expect(log.append(token, first)).rejects.toThrow(LogConflictError)
      expect((await log.state())?.sequence).toBe(2)
    })

    test('a commit that does not go on where the log ends is refused', async () => {
      const { log, token } = await producer()
      const all = commits(3)
      await expect(log.append(token, all[1]!)).rejects.toThrow(LogConflictError)
      await log.append(token, all[0]!)
      await expect(log.append(token, all[2]!)).rejects.toThrow(LogConflictError)
      await expect(log.append(token, { ...all[1]!, previous: START_DIGEST })).rejects.toThrow(
        LogConflictError,
      )
      const foreign = { ...all[1]!, id: 'ff'.repeat(16) }
      await expect(log.append(token, foreign)).rejects.toThrow(LogConflictError)
      expect((await log.state())?.sequence).toBe(1)
    })

    test('one producer at a time; the one before is fenced off', async () => {
      const name = randomUUID()
      const [a, b] = [await view(name), await view(name)]
      const first = (await a.acquire('a', LONG))!
      expect(await b.acquire('b', LONG)).toBeUndefined()
      const [one, two] = commits(2) as [NextCommit, NextCommit]
      await a.append(first, one)
      await a.release('a')
      const second = (await b.acquire('b', LONG))!
      expect(second).toBeGreaterThan(first)
      await expect(a.append(first, two)).rejects.toThrow(FencedError)
      expect(await a.renew('a', LONG)).toBe(false)
      await b.append(second, two)
      expect((await a.state())?.sequence).toBe(2)
    })

    test('what a fenced producer writes late replaces nothing', async () => {
      const name = randomUUID()
      const [a, b] = [await view(name), await view(name)]
      const first = (await a.acquire('a', 1))!
      const [mine] = commits(1, 'mine') as [NextCommit]
      let second: number | undefined
      while (second === undefined) second = await b.acquire('b', LONG)
      const [theirs] = commits(1, 'theirs') as [NextCommit]
      await b.append(second, theirs)
      await expect(a.append(first, mine)).rejects.toThrow(FencedError)
      expect(await a.read((await a.state())!, 1, 1)).toEqual([theirs.body])
    })

    test('two that append as fast as they can, taking the lease from each other', async () => {
      const name = randomUUID()
      const views = [await view(name), await view(name), await view(name)]
      const accepted: string[] = []
      await Promise.all(
        views.map(async (log, who) => {
          for (let round = 0; round < 15; round++) {
            const token = await log.acquire(`${who}`, 4)
            if (token === undefined) {
              await new Promise((resolve) => setTimeout(resolve, 2))
              continue
            }
            const state = await log.state()
            let sequence = state?.sequence ?? 0
            let previous = state?.digest ?? START_DIGEST
            try {
              for (let n = 0; n < 6; n++) {
                const body = utf8(`${who} ${round} ${n}`)
                await log.append(token, { id: ID, sequence: ++sequence, previous, body })
                accepted[sequence] = `${who} ${round} ${n}`
                previous = digestOf(previous, body)
              }
            } catch (error) {
              expect(error).toBeInstanceOf(FencedError)
            }
          }
        }),
      )
      const state = (await views[0]!.state())!
      const bodies = await views[0]!.read(state, 1, state.sequence)
      expect(bodies.map((body) => new TextDecoder().decode(body))).toEqual(accepted.slice(1))
      expect(bodies.reduce<Uint8Array>(digestOf, START_DIGEST)).toEqual(state.digest)
    })

    test('a lease ends by itself, and lasts while it is renewed', async () => {
      const name = randomUUID()
      const [a, b] = [await view(name), await view(name)]
      await a.acquire('a', LONG)
      expect(await a.renew('a', LONG)).toBe(true)
      expect(await b.acquire('b', LONG)).toBeUndefined()
      expect(await a.renew('a', 1)).toBe(true)
      let token: number | undefined
      while (token === undefined) token = await b.acquire('b', LONG)
      expect(await a.renew('a', LONG)).toBe(false)
    })

    test('a base takes the place of the commits before it', async () => {
      const { log, token, name } = await producer()
      const all = commits(300)
      for (const commit of all.slice(0, 299)) await log.append(token, commit)
      const { id, sequence, digest } = (await log.state())!
      await log.seed(token, { id, sequence, digest }, chunksOf('all', 'of', 'it'), [
        all[297]!.body,
        all[298]!.body,
      ])
      await log.append(token, all[299]!)
      const other = await view(name)
      const state = (await other.state())!
      expect(state).toMatchObject({
        id: ID,
        sequence: 300,
        base: { sequence: 299, chunks: 3, oldest: 298 },
      })
      const chunks: Uint8Array[] = []
      for await (const chunk of other.base(state.base!)) chunks.push(chunk)
      expect(chunks).toEqual(['all', 'of', 'it'].map(utf8))
      expect(await other.read(state, 298, 300)).toEqual(all.slice(297).map(({ body }) => body))
    })

    test('a lost log is begun anew at the number where it was', async () => {
      const { log, token } = await producer()
      const all = commits(8)
      await log.seed(
        token,
        { id: ID, sequence: 7, digest: all[7]!.previous },
        chunksOf('seven'),
        [],
      )
      await log.append(token, all[7]!)
      expect((await log.state())?.sequence).toBe(8)
      const back = { id: ID, sequence: 7, digest: all[7]!.previous }
      await expect(log.seed(token, back, chunksOf('seven'), [])).rejects.toThrow(LogConflictError)
      await expect(log.seed(token - 1, back, chunksOf('seven'), [])).rejects.toThrow(FencedError)
    })

    test('commits are told of', async () => {
      const { log, token, name } = await producer()
      const other = await view(name)
      // the subscription takes a moment, and one call says that it stands
      let told = 0
      const stop = other.onCommit(() => told++)
      const all = commits(50)
      for (const commit of all) {
        await log.append(token, commit)
        await new Promise((resolve) => setTimeout(resolve, 10))
        if (told > 1) break
      }
      stop()
      expect(told).toBeGreaterThan(1)
    })
  })
}
