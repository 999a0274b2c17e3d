import assert from 'node:assert/strict'
import { Address } from '../../../src/address/address.ts'
import { fromHex, to0x, toHex } from '../../../src/base/bytes.ts'
import { decodeSignedVarint, encodeSignedVarint } from '../../../src/base/varint.ts'
import { effectiveGasPrice } from '../../../src/eth/receipt.ts'
import { CID, Codec } from '../../../src/ipld/cid.ts'
import { bigint } from '../../../src/ipld/codec.ts'
import {
  baseFeeFromPremium,
  baseFeeFromUtilization,
  effectivePremium,
  premiumAt,
} from '../../../src/protocol/base-fee.ts'
import { signingBytes } from '../../../src/protocol/block-header.ts'
import { mainnetV18 } from '../../../src/protocol/builtin.ts'
import { create2Address, createAddress } from '../../../src/protocol/create-address.ts'
import { gasOutputs, overEstimationGas } from '../../../src/protocol/gas-outputs.ts'
import { messageCid, messageCodec, signedMessageCodec } from '../../../src/protocol/message.ts'
import { methodNumber } from '../../../src/protocol/method.ts'
import { drawRandomness } from '../../../src/protocol/randomness.ts'
import { SignatureType } from '../../../src/protocol/signature.ts'
import { ethBlockHash, tipsetKeyBytes, tipsetKeyCid } from '../../../src/protocol/tipset.ts'
import { lotusMessage, lotusSigned } from './lotus-json.ts'
import type { Check, Vector } from './vector.ts'

export const protocolChecks: Readonly<Record<string, Check>> = {
  'overestimation-burn'({ input, expected }) {
    const burned = overEstimationGas(input.gasUsed, input.gasLimit)
    assert.equal(burned, expected.gasBurned)
    assert.equal(input.gasLimit - input.gasUsed - burned, expected.gasRefund)
  },
  gas_overestimation_burn({ input, expected }) {
    const burned = overEstimationGas(input.gasUsed, input.gasLimit)
    assert.equal(burned, expected.burnGas)
    assert.equal(input.gasLimit - input.gasUsed - burned, expected.refundGas)
  },
  'gas-outputs': checkGasOutputs,
  gas_outputs: checkGasOutputs,
  effective_gas_premium({ input, expected }) {
    const message = { gasFeeCap: BigInt(input.feeCap), gasPremium: BigInt(input.premium) }
    assert.equal(effectivePremium(message, BigInt(input.baseFee)), BigInt(expected))
  },
  'basefee-percentile': ({ input, expected }) => checkPremiumAt(input, expected.premium),
  weighted_premium_select: ({ input, expected }) => checkPremiumAt(input, expected),
  'basefee-next': ({ input, expected }) => checkBaseFee(input, expected.next),
  next_base_fee_from_premium: ({ input, expected }) => checkBaseFee(input, expected),
  'basefee-next-pre-nv28'({ input, expected }) {
    const { baseFee, gasLimitSum, blocks } = input
    const next = baseFeeFromUtilization(BigInt(baseFee), gasLimitSum, blocks)
    assert.equal(next, BigInt(expected.next))
  },
  next_base_fee_by_utilisation({ input, expected }) {
    const { baseFee, totalGasLimit, blocks } = input
    const next = baseFeeFromUtilization(BigInt(baseFee), totalGasLimit, blocks)
    assert.equal(next, BigInt(expected))
  },
  'create-address'({ input, expected }) {
    const made = createAddress(fromHex(input.from), BigInt(input.nonce))
    assert.equal(toHex(made), expected.address)
  },
  'create2-address'({ input, expected }) {
    const { from, salt, initcode } = input
    const made = create2Address(fromHex(from), fromHex(salt), fromHex(initcode))
    assert.equal(toHex(made), expected.address)
  },
  'draw-randomness'({ input, expected }) {
    const { digest, tag, epoch, entropy } = input
    const drawn = drawRandomness(fromHex(digest), tag, epoch, fromHex(entropy))
    assert.equal(toHex(drawn), expected.randomness)
  },
  'signed-epoch-key'({ input, expected }) {
    assert.equal(toHex(encodeSignedVarint(BigInt(input.epoch))), expected.key)
    assert.equal(decodeSignedVarint(fromHex(expected.key)).value, BigInt(input.epoch))
  },
  'cbor-bigint'({ input, expected }) {
    assert.equal(toHex(bigint.encode(BigInt(input.value))), expected.cbor)
    assert.equal(bigint.decode(fromHex(expected.cbor)), BigInt(input.value))
  },
  'frc42-method'({ input, expected }) {
    assert.equal(methodNumber(input.name), BigInt(expected.method))
  },
  'code-cids'({ expected }) {
    assert.equal(mainnetV18.dataCid.toString(), expected.manifestDataCid)
    const codes = Object.entries(mainnetV18.codes).map(([name, cid]) => [name, cid.toString()])
    assert.deepEqual(Object.fromEntries(codes), expected.codes)
  },
  'mainnet-message'({ input, expected }) {
    const message = messageCodec.decode(fromHex(input.messageHex))
    const { decoded } = input
    assert.equal(message.to.toString(), decoded.to)
    assert.equal(message.from.toString(), decoded.from)
    assert.equal(message.nonce, BigInt(decoded.nonce))
    assert.equal(message.gasLimit, decoded.gasLimit)
    assert.equal(message.method, BigInt(decoded.method))
    assert.equal(toHex(message.params), decoded.params)
    assert.equal(toHex(messageCodec.encode(message)), input.messageHex)
    assert.equal(messageCid(message).toString(), expected.messageCid)
  },
  message_cid({ input, expected }) {
    const message = lotusMessage(input.message)
    assert.equal(to0x(messageCodec.encode(message)), expected.cborHex)
    assert.equal(messageCid(message).toString(), expected.cid)
    assert.equal(to0x(messageCid(message).digest), expected.ethHashOfCid)
  },
  signed_message_cid({ input, expected }) {
    const encoded = signedMessageCodec.encode(lotusSigned(input))
    assert.equal(to0x(encoded), expected.cborHex)
    assert.equal(CID.of(Codec.DAG_CBOR, encoded).toString(), expected.cid)
  },
  'block-header-signing-bytes': checkSigningBytes,
  'tipset-key-cid': checkTipsetKey,
  tipset_key_cid: checkTipsetKey,
}

function checkGasOutputs({ input, expected }: Vector): void {
  const { effectiveGasPrice: price, ...amounts } = expected
  const { gasUsed, gasLimit } = input
  const baseFee = BigInt(input.baseFee)
  const gasFeeCap = BigInt(input.feeCap)
  const gasPremium = BigInt(input.premium)
  const outputs = gasOutputs({ gasUsed, gasLimit, baseFee, gasFeeCap, gasPremium })
  const wanted = Object.entries<number>(amounts).map(([name, amount]) => [name, BigInt(amount)])
  assert.deepEqual(outputs, Object.fromEntries(wanted))
  if (price === undefined) return
  const fees = { gas: gasLimit, maxFeePerGas: gasFeeCap, maxPriorityFeePerGas: gasPremium }
  assert.equal(effectiveGasPrice(fees, gasUsed, baseFee), BigInt(price))
}

function checkPremiumAt(
  { premiums, gasLimits, index }: { premiums: number[]; gasLimits: number[]; index: number },
  expected: number,
): void {
  const weighted = premiums.map((premium, i) => ({
    premium: BigInt(premium),
    gasLimit: gasLimits[i]!,
  }))
  assert.equal(premiumAt(weighted, index), BigInt(expected))
}

function checkBaseFee(
  { baseFee, percentilePremium }: { baseFee: number; percentilePremium: number },
  expected: number,
): void {
  const next = baseFeeFromPremium(BigInt(baseFee), BigInt(percentilePremium))
  assert.equal(next, BigInt(expected))
}

function checkSigningBytes({ input, expected }: Vector): void {
  // all links of the vector are the same
  const link = CID.parse(input.parents[0])
  const header = {
    miner: Address.parse(input.miner),
    ticket: { vrfProof: fromHex(input.ticket) },
    electionProof: {
      winCount: input.electionProof.winCount,
      vrfProof: fromHex(input.electionProof.vrf),
    },
    beaconEntries: input.beaconEntries.map(([round, data]: [number, string]) => ({
      round: BigInt(round),
      data: fromHex(data),
    })),
    winPoStProof: input.winPoSt.map(([proofType, bytes]: [number, string]) => ({
      proofType,
      proofBytes: fromHex(bytes),
    })),
    parents: [link],
    parentWeight: BigInt(input.parentWeight),
    height: input.height,
    parentStateRoot: link,
    parentMessageReceipts: link,
    messages: link,
    // Go's zero value, whose type 0 no signature of the chain has
    blsAggregate: { type: 0 as SignatureType, data: fromHex(input.blsAggregate.data) },
    timestamp: BigInt(input.timestamp),
    blockSig: { type: SignatureType.BLS, data: new Uint8Array(96) },
    forkSignaling: BigInt(input.forkSignaling),
    parentBaseFee: BigInt(input.parentBaseFee),
  }
  assert.equal(toHex(signingBytes(header)), expected.cbor)
}

function checkTipsetKey({ input, expected }: Vector): void {
  const key = input.blockCids.map(CID.parse)
  assert.equal(tipsetKeyCid(key).toString(), expected.cid)
  assert.equal(to0x(ethBlockHash(key)), expected.ethBlockHash)
  if (expected.keyCborHex) assert.equal(to0x(tipsetKeyBytes(key)), expected.keyCborHex)
}
