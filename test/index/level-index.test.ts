import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LevelIndex } from '../../src/index/level-index.ts'
import { LevelIndexWriter } from '../../src/index/level-index-writer.ts'
import { LevelStore } from '../../src/ipld/level.ts'
import { indexContract, type OpenIndex } from './contract.ts'

indexContract('index in LevelDB', async (): Promise<OpenIndex> => {
  const directory = await mkdtemp(join(tmpdir(), 'fevm-index-'))
  const store = await LevelStore.open(directory)
  return {
    index: new LevelIndex(store),
    async write(...changes) {
      const batch = store.batch()
      const writer = new LevelIndexWriter(batch)
      for (const change of changes) change(writer)
      await store.commit(batch)
    },
    async close() {
      await store.close()
      await rm(directory, { recursive: true })
    },
  }
})
