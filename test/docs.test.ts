import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { pages } from '../scripts/docs.ts'

test.each(Object.entries(pages))('%s says what the program says', (path, render) => {
  const page = readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')
  expect(page, 'run `npm run docs`').toBe(render(page))
})

test('links of the pages for people lead to files', () => {
  const readme = ['README.md', 'docs/architecture.md', 'docs/configuration.md', 'CHANGELOG.md']
  for (const path of readme) {
    const url = new URL(`../${path}`, import.meta.url)
    for (const [, link] of readFileSync(url, 'utf8').matchAll(/\]\((?!https?:)([^)#]+)/g)) {
      expect(existsSync(new URL(link!, url)), `${path}: ${link}`).toBe(true)
    }
  }
})
