/** The AMT (v3, bit width 5) by which a receipt commits to its events. */
import { amtRootOf, amtV3 } from '../ipld/amt.ts'
import type { CID } from '../ipld/cid.ts'
import type { NodeStore } from '../ipld/node-store.ts'
import { EVENTS_AMT_BIT_WIDTH, type StampedEvent, stampedEventCodec } from './event.ts'

const format = amtV3(EVENTS_AMT_BIT_WIDTH)

/** null when there are none. With a store, the nodes are written there. */
export function eventsRoot(
  events: readonly StampedEvent[],
  store?: Pick<NodeStore, 'put'>,
): CID | null {
  return events.length === 0 ? null : amtRootOf(events, stampedEventCodec, format, store)
}
