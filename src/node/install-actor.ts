/** Installs a module on a node that runs elsewhere. */
import { z } from 'zod'

/** The node has refused, or does not answer; the message says which. */
export class InstallError extends Error {
  override name = 'InstallError'
}

const Answer = z.object({
  result: z.object({ '/': z.string() }).optional(),
  error: z.object({ message: z.string() }).optional(),
})

/** @returns the code CID. @throws InstallError */
export async function installActor(url: string, module: Uint8Array): Promise<string> {
  const base64 = Buffer.from(module).toString('base64')
  const body = JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'fevm_installActor',
    params: [base64],
  })
  let response: Response
  try {
    const headers = { 'content-type': 'application/json' }
    response = await fetch(url, { method: 'POST', body, headers })
  } catch (error) {
    const { cause, message } = error as Error
    const reason = cause instanceof Error ? cause.message : message
    throw new InstallError(`no node answers at ${url}: ${reason}; see --rpc`)
  }
  if (response.status === 413) {
    throw new InstallError(
      `the node takes no request of ${body.length} bytes: start it with --max-body ${body.length}`,
    )
  }
  const answer = Answer.safeParse(await response.json().catch(() => undefined))
  const { result, error } = answer.data ?? {}
  if (result !== undefined) return result['/']
  throw new InstallError(error?.message ?? `${url} does not answer as a node does`)
}
