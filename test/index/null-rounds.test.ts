import fc from 'fast-check'
import { expect, test } from 'vitest'
import { piecesAround, piecesBetween } from '../../src/index/null-rounds.ts'

const epoch = fc.oneof(fc.nat({ max: 300 }), fc.nat({ max: 2 ** 31 - 1 }))

test('neighbours have no null rounds between them', () => {
  expect([...piecesBetween(7, 8)]).toEqual([])
})

test('pieces are aligned and follow each other without a gap', () => {
  fc.assert(
    fc.property(epoch, epoch, (one, other) => {
      const [tipset, next] = one < other ? [one, other] : [other, one + 1]
      let expected = tipset + 1
      const pieces = [...piecesBetween(tipset, next)]
      for (const { level, start } of pieces) {
        expect(start).toBe(expected)
        expect(start % 2 ** level).toBe(0)
        expected += 2 ** level
      }
      expect(expected).toBe(next)
      expect(pieces.length).toBeLessThanOrEqual(2 * Math.ceil(Math.log2(next - tipset)))
    }),
  )
})

test('the piece around each epoch of a run is found', () => {
  fc.assert(
    fc.property(fc.nat({ max: 2000 }), fc.nat({ max: 2000 }), (tipset, length) => {
      const next = tipset + 1 + length
      const names = new Set(
        Array.from(piecesBetween(tipset, next), (piece) => JSON.stringify(piece)),
      )
      const isFound = (at: number) =>
        Array.from(piecesAround(at), (piece) => JSON.stringify(piece)).some((name) =>
          names.has(name),
        )
      for (let at = tipset + 1; at < next; at += 1 + (length >> 4)) expect(isFound(at)).toBe(true)
      expect(isFound(tipset)).toBe(false)
      expect(isFound(next)).toBe(false)
    }),
  )
})
