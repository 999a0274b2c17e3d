/** What the genuine built-in actors v18 ask for when they start; native ones are charged alike. */
import { typeId } from '../../protocol/builtin.ts'
import type { Footprint } from '../machine.ts'

const usual: Footprint = { memoryPages: 17, tableElements: 0 }

const unusual: Readonly<Record<number, Footprint>> = {
  [typeId('storageminer')]: { ...usual, memoryPages: 18 },
  [typeId('placeholder')]: { ...usual, memoryPages: 16 },
}

/** @param type as `get_builtin_actor_type` answers */
export function builtinFootprint(type: number): Footprint {
  return unusual[type] ?? usual
}
