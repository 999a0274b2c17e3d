/** Methods of the dev chain, of which Lotus has none. */
import { z } from 'zod'
import type { DevContext } from './context.ts'
import { rpcError } from './errors.ts'
import { type Definition, type Method, methodFor, type Params } from './method.ts'

/** As {@link methodFor}; all of them change the chain, and none has a Filecoin name. */
export function devMethodFor<Slice extends Partial<DevContext>>() {
  const method = methodFor<Slice>()
  return <const P extends Params, R extends z.ZodType>(
    definition: Omit<Definition<Slice, P, R>, 'lotus' | 'writes'>,
  ): Method<Slice> => method<P, R>({ ...definition, lotus: false, writes: true })
}

/** What Hardhat answers when something was done. */
export const Done = z.literal(true)

/** The same method under anvil's name: anvil answers null where Hardhat answers true. */
export function answeringNull<Slice>(method: Method<Slice>): Method<Slice> {
  return {
    ...method,
    result: z.null(),
    examples: method.examples.map((example) => ({ ...example, result: null })),
    async run(context, params, caller) {
      await method.run(context, params, caller)
      return null
    },
  }
}

/** A value that the chain refuses is the caller's mistake. By name: it may come from a worker. */
export async function refusingRange<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (error instanceof Error && error.name === 'RangeError') {
      throw rpcError('invalidParams', error.message)
    }
    throw error
  }
}
