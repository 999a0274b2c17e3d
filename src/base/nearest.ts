/**
 * The candidate that was probably meant, for "did you mean": one that the text begins, else the
 * one with the fewest edits, at most a third of the text's length.
 */
export function nearest(text: string, candidates: readonly string[]): string | undefined {
  if (text.length >= 3) {
    const completion = candidates.find((candidate) => candidate.startsWith(text))
    if (completion !== undefined) return completion
  }
  let best: string | undefined
  let fewest = Math.max(1, Math.floor(text.length / 3)) + 1
  for (const candidate of candidates) {
    const edits = editDistance(text, candidate)
    if (edits < fewest) {
      fewest = edits
      best = candidate
    }
  }
  return best
}

/** Insertions, deletions, replacements and swaps of neighbours (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let twoAbove: number[] = []
  let above = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    for (let column = 1; column <= b.length; column++) {
      const replaced = above[column - 1]! + (a[row - 1] === b[column - 1] ? 0 : 1)
      let edits = Math.min(above[column]! + 1, current[column - 1]! + 1, replaced)
      const swapped = a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]
      if (row > 1 && column > 1 && swapped) edits = Math.min(edits, twoAbove[column - 2]! + 1)
      current.push(edits)
    }
    twoAbove = above
    above = current
  }
  return above[b.length]!
}
