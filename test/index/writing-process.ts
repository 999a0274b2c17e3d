/**
 * A process that writes tipsets until it is killed, and says after each commit which head it has
 * committed: `npx tsx writing-process.ts DIRECTORY SEED`.
 */
import { writeSync } from 'node:fs'
import { toHex, utf8 } from '../../src/base/bytes.ts'
import { LevelIndex } from '../../src/index/level-index.ts'
import { LevelIndexWriter } from '../../src/index/level-index-writer.ts'
import { CID, Codec } from '../../src/ipld/cid.ts'
import { LevelStore } from '../../src/ipld/level.ts'
import { below, randomBytes, randomFrom, randomTipset } from './random-tipset.ts'

const [directory, seed] = process.argv.slice(2)
const random = randomFrom(Number(seed))
const store = await LevelStore.open(directory!)
const index = new LevelIndex(store)

for (;;) {
  const batch = store.batch()
  const writer = new LevelIndexWriter(batch)
  let head = index.head()
  // now and then the newest tipsets are replaced
  for (let depth = random() < 0.3 ? 1 + below(random, 3) : 0; depth > 0 && head; depth--) {
    writer.revert(head)
    head = index.blockByHash(head.parentHash)
  }
  for (let count = 1 + below(random, 3); count > 0; count--) {
    // its state is a block that is written along
    const state = randomBytes(random, 2000)
    const stateRoot = CID.of(Codec.RAW, state)
    const tipset = randomTipset(random, head, (head?.epoch ?? -1) + 1 + below(random, 3))
    head = { ...tipset.block, stateRoot }
    batch.putBlocks([[stateRoot.key, state]])
    writer.apply({ ...tipset, block: head })
  }
  batch.putMeta('head', utf8(toHex(head!.hash)))
  await store.commit(batch)
  writeSync(1, `${head!.epoch} ${toHex(head!.hash)}\n`)
}
