/**
 * How a null round finds the tipset before it by looking up single keys. A run of null rounds is
 * cut into aligned pieces whose lengths are powers of two, and each piece has a row that names the
 * tipset before the run:
 *
 *     epochs 5 … 16 without a tipset      level 0: 5    level 1: 6-7    level 3: 8-15    level 0: 16
 *
 * The piece around an epoch is found by trying its level 0, 1, 2 …. One null round is one row, a
 * million of them are at most forty, a chain without any has none.
 */

/** Of `2 ** level` epochs, starting at a multiple of that. */
export interface Piece {
  readonly level: number
  readonly start: number
}

/** Pieces up to this level are made; epochs have 48 bits. */
export const MAX_LEVEL = 47

/** The pieces of all epochs between two tipsets. */
export function* piecesBetween(tipset: number, next: number): Generator<Piece> {
  for (let start = tipset + 1; start < next; ) {
    let level = 0
    while (start % 2 ** (level + 1) === 0 && start + 2 ** (level + 1) <= next) level++
    yield { level, start }
    start += 2 ** level
  }
}

/** Every piece in which an epoch can be, the shortest first. */
export function* piecesAround(epoch: number): Generator<Piece> {
  for (let level = 0; level <= MAX_LEVEL; level++) {
    yield { level, start: epoch - (epoch % 2 ** level) }
  }
}
