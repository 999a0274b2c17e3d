/**
 * The commitment to a sector's data (CommD): the root of a binary Merkle tree over the pieces that
 * fill it, each at an offset that is a multiple of its size, with zeros between them and behind.
 *
 *     node = sha256(left ‖ right) without its two highest bits      leaf: 32 bytes
 */
import { concat } from '../base/bytes.ts'
import { sha256 } from '../base/hash.ts'
import { encodeVarint } from '../base/varint.ts'
import { CID } from '../ipld/cid.ts'
import { type PieceInfo, type ProofType, sectorSize } from './proofs.ts'

const FIL_COMMITMENT_UNSEALED = 0xf101
const SHA2_256_TRUNC254_PADDED = 0x1012
const LEAF = 32
/** The smallest piece: 127 bytes of data. */
const MIN_PIECE = 128

const prefix = concat(
  ...[1, FIL_COMMITMENT_UNSEALED, SHA2_256_TRUNC254_PADDED, LEAF].map((n) =>
    encodeVarint(BigInt(n)),
  ),
)

export class PieceError extends Error {
  override name = 'PieceError'
}

/** @throws PieceError when the pieces do not fit into a sector of the type */
export function unsealedSectorCid(sealProof: ProofType, pieces: readonly PieceInfo[]): CID {
  const size = sectorSize(sealProof)
  if (size === undefined) throw new PieceError(`no seal proof ${sealProof}`)
  const tree = new Tree()
  for (const piece of pieces) {
    if (piece.size < MIN_PIECE || !Number.isInteger(Math.log2(piece.size))) {
      throw new PieceError(`piece of ${piece.size} bytes`)
    }
    tree.align(piece.size)
    tree.append(piece.size, commitment(piece.cid))
    if (tree.size > size) throw new PieceError('pieces are larger than the sector')
  }
  if (tree.size === 0) tree.append(size, zeros(size))
  tree.align(size)
  return CID.fromBytes(concat(prefix, tree.root))
}

function commitment(cid: CID): Uint8Array {
  if (
    cid.codec !== FIL_COMMITMENT_UNSEALED ||
    cid.hash !== SHA2_256_TRUNC254_PADDED ||
    cid.digest.length !== LEAF
  ) {
    throw new PieceError(`${cid} is no piece commitment`)
  }
  return cid.digest
}

/** Complete subtrees from left to right, each larger than the next. */
class Tree {
  size = 0
  readonly #subtrees: { readonly size: number; readonly root: Uint8Array }[] = []

  get root(): Uint8Array {
    return this.#subtrees[0]!.root
  }

  /** Fills up with zeros to a multiple of `boundary`. */
  align(boundary: number): void {
    while (this.size % boundary !== 0) {
      const { size } = this.#subtrees.at(-1)!
      this.append(size, zeros(size))
    }
  }

  append(size: number, root: Uint8Array): void {
    this.size += size
    let subtree = { size, root }
    while (this.#subtrees.at(-1)?.size === subtree.size) {
      const left = this.#subtrees.pop()!
      subtree = { size: 2 * left.size, root: node(left.root, subtree.root) }
    }
    this.#subtrees.push(subtree)
  }
}

function node(left: Uint8Array, right: Uint8Array): Uint8Array {
  const hash = sha256(concat(left, right))
  hash[LEAF - 1]! &= 0x3f
  return hash
}

const zeroRoots: Uint8Array[] = [new Uint8Array(LEAF)]

/** Root over `size` bytes of zeros. */
function zeros(size: number): Uint8Array {
  const level = Math.log2(size / LEAF)
  while (zeroRoots.length <= level) {
    const below = zeroRoots.at(-1)!
    zeroRoots.push(node(below, below))
  }
  return zeroRoots[level]!
}
