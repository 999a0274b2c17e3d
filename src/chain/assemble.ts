/** Puts executed messages into a tipset of one block. */

import type { ExecutedMessage } from '../eth/block.ts'
import type { BlockRecord } from '../eth/records.ts'
import { amtRootOf, legacyAmt } from '../ipld/amt.ts'
import type { Blockstore } from '../ipld/blockstore.ts'
import { type CID, Codec } from '../ipld/cid.ts'
import { link } from '../ipld/codec.ts'
import { type BlockHeader, encodeBlockHeader, messageMetaCodec } from '../protocol/block-header.ts'
import { aggregateBls } from '../protocol/crypto/bls.ts'
import { eventsRoot } from '../protocol/events-root.ts'
import { messageCodec, signedMessageCodec } from '../protocol/message.ts'
import { receiptCodec } from '../protocol/receipt.ts'
import { type Signature, SignatureType } from '../protocol/signature.ts'
import { type Tipset, tipsetKeyBytes } from '../protocol/tipset.ts'
import { MINER_ADDRESS } from './genesis.ts'
import { beaconEntryOf, ticketOf } from './randomness.ts'

export interface TipsetInput {
  readonly epoch: number
  /** Unix seconds */
  readonly timestamp: number
  /** undefined for genesis. */
  readonly parent: BlockRecord | undefined
  readonly parentStateRoot: CID
  readonly parentMessageReceipts: CID
  /** What the messages pay. */
  readonly baseFee: bigint
  /** Sets it apart from a tipset with the same contents; 0 unless it replaces one. */
  readonly fork?: number
  readonly messages: readonly ExecutedMessage[]
}

/** BLS messages are stored without their signature, in a list of their own. */
function isBls(signature: Signature | null): boolean {
  return signature === null || signature.type === SignatureType.BLS
}

/** Writes header, messages and lists of a tipset. */
export function assembleTipset(store: Blockstore, input: TipsetInput): Tipset {
  const { epoch, parent, messages } = input
  const bls: CID[] = []
  const secp: CID[] = []
  for (const { message, signature } of messages) {
    if (signature === null || isBls(signature)) {
      bls.push(store.put(Codec.DAG_CBOR, messageCodec.encode(message)))
    } else {
      secp.push(store.put(Codec.DAG_CBOR, signedMessageCodec.encode({ message, signature })))
    }
  }
  const meta = {
    blsMessages: amtRootOf(bls, link, legacyAmt, store),
    secpMessages: amtRootOf(secp, link, legacyAmt, store),
  }
  const header: BlockHeader = {
    miner: MINER_ADDRESS,
    ticket: { vrfProof: ticketOf(epoch) },
    electionProof: { winCount: 1, vrfProof: ticketOf(epoch) },
    beaconEntries: [{ round: BigInt(epoch), data: beaconEntryOf(epoch) }],
    winPoStProof: [],
    parents: parent?.tipsetKey ?? [],
    parentWeight: BigInt(parent === undefined ? 0 : parent.epoch + 1),
    height: epoch,
    parentStateRoot: input.parentStateRoot,
    parentMessageReceipts: input.parentMessageReceipts,
    messages: store.put(Codec.DAG_CBOR, messageMetaCodec.encode(meta)),
    blsAggregate: {
      type: SignatureType.BLS,
      data: aggregateBls(blsSignatures(messages)),
    },
    timestamp: BigInt(input.timestamp),
    // nobody verifies who mined
    blockSig: null,
    forkSignaling: BigInt(input.fork ?? 0),
    parentBaseFee: input.baseFee,
  }
  const key = [store.put(Codec.DAG_CBOR, encodeBlockHeader(header))]
  store.put(Codec.DAG_CBOR, tipsetKeyBytes(key))
  return { key, blocks: [header] }
}

function blsSignatures(messages: readonly ExecutedMessage[]): Uint8Array[] {
  return messages.flatMap(({ signature }) =>
    signature?.type === SignatureType.BLS ? [signature.data] : [],
  )
}

/** Writes the receipts' list and their events. @returns the list's root */
export function writeReceipts(store: Blockstore, messages: readonly ExecutedMessage[]): CID {
  for (const { events } of messages) eventsRoot(events, store)
  const receipts = messages.map(({ receipt }) => receipt)
  return amtRootOf(receipts, receiptCodec, legacyAmt, store)
}

/** Messages in the order in which a tipset executes them: BLS first, then the others. */
export function inTipsetOrder<T extends { readonly signature: Signature | null }>(
  messages: readonly T[],
): T[] {
  return [
    ...messages.filter(({ signature }) => isBls(signature)),
    ...messages.filter(({ signature }) => !isBls(signature)),
  ]
}
