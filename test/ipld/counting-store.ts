import { MemoryBlockstore } from '../../src/ipld/blockstore.ts'
import type { CID } from '../../src/ipld/cid.ts'

/** A memory store that counts what a structure asks of it. */
export class CountingStore extends MemoryBlockstore {
  reads = 0
  writes = 0
  bytesRead = 0
  bytesWritten = 0
  /** CIDs in the order of writing. */
  readonly written: CID[] = []

  override get(cid: CID): Uint8Array | undefined {
    const block = super.get(cid)
    this.reads++
    this.bytesRead += block?.length ?? 0
    return block
  }

  override put(codec: number, data: Uint8Array): CID {
    this.writes++
    this.bytesWritten += data.length
    const cid = super.put(codec, data)
    this.written.push(cid)
    return cid
  }

  get counts() {
    const { reads, writes, bytesRead, bytesWritten } = this
    return { reads, writes, bytesRead, bytesWritten }
  }
}
