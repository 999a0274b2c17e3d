/** The shared part of a producer's store, in the writer's thread. */
import type { LevelStore } from '../../ipld/level.ts'
import { readApplied } from '../../shared/applied.ts'
import { RedisLog } from '../../shared/redis-log.ts'
import { RedisPool } from '../../shared/redis-pool.ts'
import { START_DIGEST } from '../../shared/shared-log.ts'
import { LoggedStore } from './logged-store.ts'
import type { WriterEvent } from './writer.ts'

export interface SharedData {
  readonly url: string
  readonly name: string
  /** Milliseconds for which a commit is tried. */
  readonly patience: number
}

/** What makes a waiting thread the producer. */
export interface Lease {
  readonly token: number
  /** Of the log that a new chain begins. */
  readonly newId: string
}

const CONNECT_TIMEOUT = 5_000

/** The embedded store is where the log is. */
export async function sharedWriterStore(
  store: LevelStore,
  { url, name, patience }: SharedData,
  { token, newId }: Lease,
  emit: (event: WriterEvent) => void,
): Promise<LoggedStore> {
  const log = new RedisLog({ url, name })
  const pool = new RedisPool({ url, name })
  await Promise.all([log.connected(CONNECT_TIMEOUT), pool.connected(CONNECT_TIMEOUT)])
  return new LoggedStore({
    store,
    log,
    pool,
    token,
    at: readApplied(store) ?? { id: newId, sequence: 0, digest: START_DIGEST },
    patience,
    onLost: ({ message }) => emit({ type: 'lost', message }),
  })
}
