/** The program as a person runs it: a process, its output and its exit code. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }

async function fevm(...argv: string[]) {
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/cli/main.ts', ...argv], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, FEVM_PORT: undefined },
  })
  const [out, err, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ])
  return { out, err, code }
}

test('--version', async () => {
  const { out, code } = await fevm('--version')
  expect(code).toBe(0)
  expect(out.split('\n')[0]).toBe(`fevm ${manifest.version}`)
})

test('--help', async () => {
  const { out, code } = await fevm('--help')
  expect(code).toBe(0)
  expect(out).toContain('Usage')
})

test('wrong use is said on standard error, with exit code 2', async () => {
  const { out, err, code } = await fevm('dev', '--prot', '--accounts=many')
  expect(code).toBe(2)
  expect(out).toBe('')
  expect(err).toContain('fevm: unknown option --prot (did you mean --port?)')
})

test('an unknown command too', async () => {
  const { err, code } = await fevm('dve')
  expect(code).toBe(2)
  expect(err).toContain('fevm: unknown command dve (did you mean dev?)')
})

test('and a configuration file that is not there', async () => {
  const { err, code } = await fevm('--config', 'no-such-file.json')
  expect(code).toBe(2)
  expect(err).toContain('--config no-such-file.json: cannot be read')
})
