/** f00. `[manifestDataCid]`; it sends implicit messages and otherwise does nothing. */
import { link, tuple } from '../../ipld/codec.ts'
import { defineActor, onNothing } from '../define.ts'
import { wasmCost } from '../wasm-cost.ts'

export const systemStateCodec = tuple({ builtinActors: link })

const emptyManifest = { encode: () => Uint8Array.of(0x80) }

export const system = defineActor({
  name: 'system',
  restrictInternal: true,
  methods: {
    // Constructor. Leaves an empty manifest: genesis puts the real one.
    1: onNothing({
      callers: 'system',
      run(runtime) {
        const builtinActors = runtime.putBlock(0x71, emptyManifest.encode())
        runtime.createState(systemStateCodec, { builtinActors })
      },
    }),
  },
  wasm: wasmCost({ base: 41_582, rows: { '1/18': 52_798, '2/22': 48_515 } }),
})
