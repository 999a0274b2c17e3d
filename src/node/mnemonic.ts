/**
 * Keys from a mnemonic.
 *
 *     words ─BIP-39→ seed ─BIP-32→ key at a path          secp256k1: f410 and f1 accounts
 *                                    └─ BLS KeyGen → key   BLS: f3 accounts
 *
 * No standard says how Filecoin BLS keys come from a mnemonic; here the BIP-32 key at the path is
 * the key material of KeyGen in draft-irtf-cfrg-bls-signature-05 (EIP-2333's derive_master_SK).
 */
import { hkdfSync, pbkdf2Sync } from 'node:crypto'
import { fromBigIntPadded, toBigInt, utf8 } from '../base/bytes.ts'
import { sha256 } from '../base/hash.ts'

/** Order of the BLS12-381 groups. */
const BLS_ORDER = 0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001n

export class MnemonicError extends Error {
  override name = 'MnemonicError'
}

export interface Keys {
  /** 32 bytes, big-endian. */
  secp256k1(path: string): Uint8Array
  /** 32 bytes little-endian, the form in which Lotus keeps and exports BLS keys. */
  bls(path: string): Uint8Array
}

/**
 * @param mnemonic lower-case words of the English BIP-39 list, one space apart, no passphrase
 * @throws MnemonicError when it has an unknown word or its checksum is wrong.
 */
export async function keysOf(mnemonic: string): Promise<Keys> {
  // loaded here only: the default accounts are constants and derive nothing
  const { english, HDKey } = await import('viem/accounts')
  verify(mnemonic, english)
  const seed = pbkdf2Sync(mnemonic.normalize('NFKD'), 'mnemonic', 2048, 64, 'sha512')
  const root = HDKey.fromMasterSeed(seed)
  const secp256k1 = (path: string) => root.derive(path).privateKey!
  return { secp256k1, bls: (path) => blsKeyGen(secp256k1(path)).toReversed() }
}

/** BIP-39: 11 bits a word, entropy first; the last 1 of 33 bits are its SHA-256. */
function verify(mnemonic: string, wordList: readonly string[]): void {
  const words = mnemonic.split(' ')
  let bits = 0n
  for (const word of words) {
    const index = wordList.indexOf(word)
    if (index < 0) throw new MnemonicError(`"${word}" is not a word of the BIP-39 list`)
    bits = (bits << 11n) | BigInt(index)
  }
  const checksumBits = BigInt(words.length / 3)
  const entropy = fromBigIntPadded(bits >> checksumBits, (words.length / 3) * 4)
  const checksum = BigInt(sha256(entropy)[0]!) >> (8n - checksumBits)
  if ((bits & ((1n << checksumBits) - 1n)) !== checksum) {
    throw new MnemonicError(
      'the checksum of the mnemonic is wrong: a word is mistyped or misplaced',
    )
  }
}

/** @returns 32 bytes, big-endian */
export function blsKeyGen(keyMaterial: Uint8Array): Uint8Array {
  let salt = utf8('BLS-SIG-KEYGEN-SALT-')
  const input = Uint8Array.of(...keyMaterial, 0)
  for (;;) {
    salt = sha256(salt)
    const wide = new Uint8Array(hkdfSync('sha256', input, salt, Uint8Array.of(0, 48), 48))
    const scalar = toBigInt(wide) % BLS_ORDER
    if (scalar !== 0n) return fromBigIntPadded(scalar, 32)
  }
}
