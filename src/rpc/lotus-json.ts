/** Filecoin's JSON as Lotus has it: capitalised fields, CIDs `{"/": …}`, base64, decimal strings. */
import { z } from 'zod'
import type { Address, NetworkPrefix } from '../address/address.ts'
import type { CID } from '../ipld/cid.ts'
import type { ActorState } from '../protocol/actor-state.ts'
import type { BlockHeader } from '../protocol/block-header.ts'
import type { Message, SignedMessage } from '../protocol/message.ts'
import type { Signature, SignatureType } from '../protocol/signature.ts'
import { CidResult } from './result-schema.ts'
import { FilecoinAddress } from './schema.ts'

const Base64 = z.string().regex(/^[A-Za-z0-9+/]*={0,2}$/, { error: 'expected base64' })
const Decimal = z.string().regex(/^\d{1,78}$/, { error: 'expected a decimal string' })
const Count = z.number({ error: 'expected a number' }).int().nonnegative()

export const cidJson = (cid: CID) => ({ '/': cid.toString() })
const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')
const bytesOf = (text: string) => new Uint8Array(Buffer.from(text, 'base64'))

// --- tipsets -----------------------------------------------------------------------------------

const SignatureResult = z.object({ Type: z.number(), Data: Base64 })

const HeaderResult = z.object({
  Miner: z.string(),
  Ticket: z.object({ VRFProof: Base64 }).nullable(),
  ElectionProof: z.object({ WinCount: z.number(), VRFProof: Base64 }).nullable(),
  BeaconEntries: z.array(z.object({ Round: z.number(), Data: Base64 })).nullable(),
  WinPoStProof: z.array(z.object({ PoStProof: z.number(), ProofBytes: Base64 })).nullable(),
  Parents: z.array(CidResult),
  ParentWeight: Decimal,
  Height: z.number(),
  ParentStateRoot: CidResult,
  ParentMessageReceipts: CidResult,
  Messages: CidResult,
  BLSAggregate: SignatureResult.nullable(),
  Timestamp: z.number(),
  BlockSig: SignatureResult.nullable(),
  ForkSignaling: z.number(),
  ParentBaseFee: Decimal,
})

export const TipSetResult = z
  .object({ Cids: z.array(CidResult), Blocks: z.array(HeaderResult), Height: z.number() })
  .meta({ id: 'TipSetResult', description: 'a tipset' })

function signatureJson(signature: Signature | null) {
  return signature === null ? null : { Type: signature.type, Data: base64(signature.data) }
}

export function headerJson(header: BlockHeader, prefix: NetworkPrefix) {
  const { ticket, electionProof, beaconEntries, winPoStProof } = header
  return {
    Miner: header.miner.toString(prefix),
    Ticket: ticket && { VRFProof: base64(ticket.vrfProof) },
    ElectionProof: electionProof && {
      WinCount: electionProof.winCount,
      VRFProof: base64(electionProof.vrfProof),
    },
    // empty lists are null in Go
    BeaconEntries: orNull(
      beaconEntries.map(({ round, data }) => ({ Round: Number(round), Data: base64(data) })),
    ),
    WinPoStProof: orNull(
      winPoStProof.map(({ proofType, proofBytes }) => ({
        PoStProof: proofType,
        ProofBytes: base64(proofBytes),
      })),
    ),
    Parents: header.parents.map(cidJson),
    ParentWeight: String(header.parentWeight),
    Height: header.height,
    ParentStateRoot: cidJson(header.parentStateRoot),
    ParentMessageReceipts: cidJson(header.parentMessageReceipts),
    Messages: cidJson(header.messages),
    BLSAggregate: signatureJson(header.blsAggregate),
    Timestamp: Number(header.timestamp),
    BlockSig: signatureJson(header.blockSig),
    ForkSignaling: Number(header.forkSignaling),
    ParentBaseFee: String(header.parentBaseFee),
  }
}

function orNull<T>(list: T[]): T[] | null {
  return list.length === 0 ? null : list
}

// --- actors ------------------------------------------------------------------------------------

export const ActorResult = z
  .object({
    Code: CidResult,
    Head: CidResult,
    Nonce: z.number(),
    Balance: Decimal,
    DelegatedAddress: z.string().nullable(),
  })
  .meta({ id: 'ActorResult', description: 'an actor of the state tree' })

export function actorJson(actor: ActorState, prefix: NetworkPrefix) {
  return {
    Code: cidJson(actor.code),
    Head: cidJson(actor.head),
    Nonce: Number(actor.sequence),
    Balance: String(actor.balance),
    DelegatedAddress: actor.delegatedAddress?.toString(prefix) ?? null,
  }
}

// --- messages ----------------------------------------------------------------------------------

const MessageParam = z
  .object({
    Version: z.literal(0).default(0),
    To: FilecoinAddress,
    From: FilecoinAddress,
    Nonce: Count,
    Value: Decimal.transform(BigInt),
    GasLimit: Count,
    GasFeeCap: Decimal.transform(BigInt),
    GasPremium: Decimal.transform(BigInt),
    Method: Count,
    Params: Base64.nullish().transform((text) => bytesOf(text ?? '')),
    /** Lotus adds the message's own CID to what it prints. */
    CID: z.unknown().optional(),
  })
  .transform(
    (json): Message => ({
      version: 0n,
      to: json.To as Address,
      from: json.From as Address,
      nonce: BigInt(json.Nonce),
      value: json.Value,
      gasLimit: json.GasLimit,
      gasFeeCap: json.GasFeeCap,
      gasPremium: json.GasPremium,
      method: BigInt(json.Method),
      params: json.Params,
    }),
  )

export const SignedMessageParam = z
  .object({
    Message: MessageParam,
    Signature: z.object({
      Type: z.union([z.literal(1), z.literal(2), z.literal(3)], {
        error: 'expected 1 (secp256k1), 2 (BLS) or 3 (delegated)',
      }),
      Data: Base64.transform(bytesOf),
    }),
    CID: z.unknown().optional(),
  })
  .transform(
    ({ Message: message, Signature: { Type, Data } }): SignedMessage => ({
      message,
      signature: { type: Type as SignatureType, data: Data },
    }),
  )
