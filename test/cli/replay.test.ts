import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { replay } from '../../src/cli/replay.ts'
import { Exit, type Terminal } from '../../src/cli/terminal.ts'
import { ConfigError } from '../../src/node/read-config.ts'
import { readScenario } from '../vectors/scenarios.ts'

const packed = join(import.meta.dirname, '../vectors/scenarios/preflight-a.json.gz')
const folder = mkdtempSync(join(tmpdir(), 'fevm-replay-'))
afterAll(() => rmSync(folder, { recursive: true }))

function terminal() {
  const out: string[] = []
  const err: string[] = []
  const fake: Terminal = {
    out: (text) => void out.push(text),
    err: (text) => void err.push(text),
    environment: {},
    columns: 100,
    bold: (text) => text,
  }
  return { terminal: fake, out, err }
}

test('a scenario that is as recorded', async () => {
  const { terminal: to, out, err } = terminal()
  expect(await replay(['--gas', packed], to)).toBe(Exit.OK)
  expect(err).toEqual([])
  expect(out[0]).toMatch(/^preflight-a +37\/37 agree +gas .* wasm part /)
  expect(out).toContain('37 messages in 1 scenarios, 0 skipped')
  expect(out).toContain('  state root       all agree')
  expect(out.some((line) => /^wasm part: error of \d+ messages p50 .*, max /.test(line))).toBe(true)
  expect(out).toContain('gas used, furthest off:')
})

test('a difference is shown and makes the command fail; folders stand for their scenarios', async () => {
  const scenario = structuredClone(readScenario('preflight-a'))
  const [epoch] = scenario.epochs
  Object.assign(epoch!.messages[1]!.expect, { exitCode: 5, refund: '1' })
  writeFileSync(join(folder, 'changed.json'), JSON.stringify(scenario))
  const { terminal: to, out, err } = terminal()
  expect(await replay([folder], to)).toBe(Exit.FAILED)
  expect(out[0]).toContain('36/37 agree')
  expect(out).toContain('  exit code        1 differ')
  expect(out).toContain('  fees             1 differ')
  expect(err.join('\n')).toMatch(/preflight-a 1 .*\n {2}exit code: expected 5\n +got /)
})

test('what cannot be read is told', async () => {
  const { terminal: to } = terminal()
  await expect(replay([], to)).rejects.toThrow(ConfigError)
  await expect(replay(['--nonsense', packed], to)).rejects.toThrow(ConfigError)
  await expect(replay([join(folder, 'missing.json')], to)).rejects.toThrow(/ENOENT.*missing.json/)
  const broken = join(folder, 'broken.json')
  for (const text of ['{', '{}']) {
    writeFileSync(broken, text)
    const failure = await replay([broken], to).catch((error) => error)
    expect(failure).toBeInstanceOf(ConfigError)
    expect(failure.problems[0]).toContain('broken.json')
  }
})

test('help', async () => {
  const { terminal: to, out } = terminal()
  expect(await replay(['--help'], to)).toBe(Exit.OK)
  expect(out.join('\n')).toContain('fevm replay [options] PATH...')
})
