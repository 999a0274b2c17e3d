import { describe, expect, test } from 'vitest'
import { CID } from '../../src/ipld/cid.ts'
import { PieceError, unsealedSectorCid } from '../../src/protocol/unsealed-sector.ts'

const SEAL_2_KIB = 5
const SEAL_32_GIB = 8
const SEAL_64_GIB = 9

/** Commitments to zeros alone, as every sector without deals has them on mainnet. */
const zeros = {
  2048: 'baga6ea4seaqpy7usqklokfx2vxuynmupslkeutzexe2uqurdg5vhtebhxqmpqmy',
  32: 'baga6ea4seaqao7s73y24kcutaosvacpdjgfe5pw76ooefnyqw4ynr3d2y6x2mpq',
  64: 'baga6ea4seaqomqafu276g53zko4k23xzh4h4uecjwicbmvhsuqi7o4bhthhm4aq',
} as const

const piece = (size: number, cid: string = zeros[2_048]) => ({ size, cid: CID.parse(cid) })

describe('the commitment to a sector', () => {
  test.each([
    [SEAL_2_KIB, zeros[2_048]],
    [SEAL_32_GIB, zeros[32]],
    [SEAL_64_GIB, zeros[64]],
  ])('without pieces, seal proof %i', (proof, cid) => {
    expect(String(unsealedSectorCid(proof, []))).toBe(cid)
  })

  test('one piece that fills it is the sector', () => {
    const other = 'baga6ea4seaqao7s73y24kcutaosvacpdjgfe5pw76ooefnyqw4ynr3d2y6x2mpq'
    expect(String(unsealedSectorCid(SEAL_2_KIB, [piece(2_048, other)]))).toBe(other)
  })

  test('pieces of zeros are as good as none, wherever they lie', () => {
    const half = piece(32 * 2 ** 30, zeros[32])
    expect(String(unsealedSectorCid(SEAL_64_GIB, [half]))).toBe(zeros[64])
    expect(String(unsealedSectorCid(SEAL_64_GIB, [piece(2_048), half]))).toBe(zeros[64])
    expect(String(unsealedSectorCid(SEAL_32_GIB, [piece(2_048)]))).toBe(zeros[32])
  })

  test('pieces in another order are another sector', () => {
    const [a, b] = [piece(128), piece(128, zeros[32])]
    const one = String(unsealedSectorCid(SEAL_2_KIB, [a, b]))
    expect(String(unsealedSectorCid(SEAL_2_KIB, [b, a]))).not.toBe(one)
    // zeros lie between them if the second must start at a multiple of its size
    const padded = String(unsealedSectorCid(SEAL_2_KIB, [a, piece(1_024, zeros[32])]))
    expect(
      String(unsealedSectorCid(SEAL_2_KIB, [a, piece(128, zeroPiece), piece(1_024, zeros[32])])),
    ).toBe(padded)
  })

  /** 128 bytes of zeros. */
  const zeroPiece = 'baga6ea4seaqdomn3tgwgrh3g532zopskstnbrd2n3sxfqbze7rxt7vqn7veigmy'

  test.each([
    ['too much', [piece(2_048), piece(128)]],
    ['a size that is no power of two', [piece(300)]],
    ['127 bytes', [piece(64)]],
    [
      'a CID of something else',
      [piece(128, 'bafy2bzacea3wsdh6y3a36tb3skempjoxqpuyompjbmfeyf34fi3uy6uue42v4')],
    ],
  ])('%s is refused', (_, pieces) => {
    expect(() => unsealedSectorCid(SEAL_2_KIB, pieces)).toThrow(PieceError)
  })

  test('so is a proof that does not exist', () => {
    expect(() => unsealedSectorCid(20, [])).toThrow(PieceError)
  })
})
