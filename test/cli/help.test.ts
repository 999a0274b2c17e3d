import { expect, test } from 'vitest'
import { commands } from '../../src/cli/commands.ts'
import { help } from '../../src/cli/help.ts'
import { devOptions } from '../../src/node/config.ts'
import { environmentName, flagName } from '../../src/node/option.ts'
import { recordingTerminal } from './recording-terminal.ts'

async function page(columns: number, ...topic: string[]): Promise<string> {
  const terminal = recordingTerminal({ columns })
  expect(await help(commands, topic, terminal)).toBe(0)
  return terminal.lines.out.join('\n')
}

test('every option stands in the help of dev with its flag and variable', async () => {
  const text = await page(100, 'dev')
  for (const key of Object.keys(devOptions)) {
    expect(text).toContain(`--${flagName(key)}`)
    expect(text).toContain(environmentName(key))
  }
  expect(text).toContain('default: 8545')
})

test('every command stands in the help of the program', async () => {
  const text = await page(100)
  for (const name of Object.keys(commands)) expect(text).toMatch(new RegExp(`^  ${name} `, 'm'))
})

test.each([60, 80, 100])('no option text is wider than %i columns', async (columns) => {
  const options = (await page(columns, 'dev')).split('General')[0]!
  for (const line of options.split('\n').slice(1)) expect(line.length).toBeLessThanOrEqual(columns)
})
