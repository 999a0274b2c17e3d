import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Lru } from '../../src/base/lru.ts'

test('what was used longest ago goes first', () => {
  const lru = new Lru<string, number>(3)
  lru.set('a', 1)
  lru.set('b', 2)
  lru.set('c', 3)
  expect(lru.get('a')).toBe(1)
  lru.set('d', 4)
  expect(['a', 'b', 'c', 'd'].map((key) => lru.get(key))).toEqual([1, undefined, 3, 4])
})

test('a value above the capacity is not kept', () => {
  const lru = new Lru<string, number>(10)
  lru.set('a', 1, 5)
  lru.set('a', 2, 11)
  expect(lru.has('a')).toBe(false)
  expect(lru.size).toBe(0)
})

test('behaves as a list ordered by use', () => {
  const command = fc.record({
    name: fc.constantFrom('get', 'get', 'set', 'set', 'set', 'delete', 'clear'),
    key: fc.nat({ max: 8 }),
    size: fc.nat({ max: 12 }),
  })
  fc.assert(
    fc.property(fc.array(command, { maxLength: 60 }), (commands) => {
      const lru = new Lru<number, number>(20)
      let list: { key: number; value: number; size: number }[] = []
      commands.forEach(({ name, key, size }, value) => {
        const known = list.find((entry) => entry.key === key)
        const others = list.filter((entry) => entry.key !== key)
        if (name === 'get') {
          expect(lru.get(key)).toBe(known?.value)
          if (known !== undefined) list = [...others, known]
        } else if (name === 'set') {
          lru.set(key, value, size)
          list = size > 20 ? others : [...others, { key, value, size }]
          while (list.reduce((sum, entry) => sum + entry.size, 0) > 20) list.shift()
        } else if (name === 'delete') {
          lru.delete(key)
          list = others
        } else {
          lru.clear()
          list = []
        }
        expect(lru.size).toBe(list.reduce((sum, entry) => sum + entry.size, 0))
        for (let other = 0; other <= 8; other++) {
          expect(lru.has(other)).toBe(list.some((entry) => entry.key === other))
        }
      })
    }),
  )
})
