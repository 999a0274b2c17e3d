import { join } from 'node:path'
import { expect, test } from 'vitest'
import { conformance } from '../../src/cli/conformance.ts'
import { Exit } from '../../src/cli/terminal.ts'
import { trace } from '../../src/cli/trace.ts'
import { ConfigError } from '../../src/node/read-config.ts'
import { scenarioPath } from '../vectors/scenarios.ts'
import { recordingTerminal } from './recording-terminal.ts'

test('fevm trace gas lists the charges of a recorded message', async () => {
  const to = recordingTerminal()
  expect(await trace(['gas', `${scenarioPath('erc20-a')}#6`], to)).toBe(Exit.OK)
  const text = to.lines.out.join('\n')
  expect(text).toMatch(/OnChainMessage x 1 +829,763/)
  expect(text).toMatch(/total kernel +4,877,830\.6/)
  expect(text).toContain('exit code 0')
}, 60_000)

test('what cannot be traced is told', async () => {
  const to = recordingTerminal()
  await expect(trace([], to)).rejects.toThrow(ConfigError)
  await expect(trace(['gas', `${scenarioPath('erc20-a')}#999`], to)).rejects.toThrow(/not 999/)
  const nobody = ['gas', `0x${'11'.repeat(32)}`, '--rpc', 'http://127.0.0.1:1']
  await expect(trace(nobody, to)).rejects.toThrow(/does not answer/)
  await expect(trace([...nobody, '--actors', 'x.car'], to)).rejects.toThrow(/FILE#N/)
}, 60_000)

test('fevm conformance wants vectors and a bundle', async () => {
  const to = recordingTerminal()
  await expect(conformance([], to)).rejects.toThrow(/which vectors/)
  await expect(conformance(['x.json'], to)).rejects.toThrow(/--actors/)
  const missing = [join(import.meta.dirname, 'missing.json'), '--actors', 'x.car']
  await expect(conformance(missing, to)).rejects.toThrow(/ENOENT/)
})
