/** f03. State `[[[receiver, method]…]]`: what is called at the end of every epoch. */

import { ActorError } from '../../fvm/errors.ts'
import { address, list, tuple, uint64 } from '../../ipld/codec.ts'
import { defineActor, on, onNothing } from '../define.ts'
import { wasmCost } from '../wasm-cost.ts'

export const EpochTick = 2n

export const cronStateCodec = tuple({
  entries: list(tuple({ receiver: address, method: uint64 })),
})

export const cron = defineActor({
  name: 'cron',
  restrictInternal: true,
  methods: {
    // Constructor
    1: on({
      params: cronStateCodec,
      callers: 'system',
      run: (runtime, params) => runtime.createState(cronStateCodec, params),
    }),
    [String(EpochTick)]: onNothing({
      callers: 'system',
      run(runtime) {
        for (const { receiver, method } of runtime.state(cronStateCodec).entries) {
          try {
            runtime.call(receiver, method, undefined)
          } catch (error) {
            // one entry's failure is no reason to keep the others from running
            if (!(error instanceof ActorError)) throw error
          }
        }
      },
    }),
  },
  wasm: wasmCost({ base: 41_700, rows: { '1/18': 52_798, '2/0': 70_000, '2/18': 52_798 } }),
})
