/**
 * Recorded scenarios: a genesis, messages in order, and what the genuine actors made of each
 * (format: test/vectors/README.md).
 */
import { Address } from '../../address/address.ts'
import { fromHex, utf8 } from '../../base/bytes.ts'
import { blake2b256 } from '../../base/hash.ts'
import type { ApplyKind } from '../../fvm/executor.ts'
import type { Externs, NetworkContext } from '../../fvm/machine.ts'
import { CborWriter } from '../../ipld/cbor.ts'
import { CID, Codec } from '../../ipld/cid.ts'
import type { Message } from '../../protocol/message.ts'

/** A file that holds no scenario, or no actors to run it on. */
export class ScenarioError extends Error {
  override name = 'ScenarioError'
}

export interface ScenarioMessage {
  readonly kind: ApplyKind
  readonly note?: string
  readonly message: {
    readonly toHex: string
    readonly fromHex: string
    readonly nonce: number
    readonly value: string
    readonly gasLimit: number
    readonly gasFeeCap: string
    readonly gasPremium: string
    readonly method: number
    readonly paramsHex: string
  }
  readonly rawLength: number
  readonly expect: Expectation
}

export interface Expectation {
  readonly exitCode: number
  readonly returnHex: string
  readonly returnCodec: number | null
  readonly gasUsed: number
  readonly wasmMilligas: number
  readonly eventsRoot: string | null
  readonly minerTip: string
  readonly penalty: string
  readonly refund: string
  readonly baseFeeBurn: string
  readonly overEstimationBurn: string
  readonly stateRootCid: string
}

export interface Scenario {
  readonly name: string
  readonly about: string
  readonly networkVersion: number
  readonly chainId: number
  readonly feeFree: boolean
  readonly circulatingSupply: string
  readonly genesis: { readonly stateRootCid: string; readonly car: string }
  readonly epochs: readonly {
    readonly epoch: number
    readonly timestamp: number
    readonly baseFee: string
    readonly tipsetCids: Readonly<Record<string, string>>
    readonly randomness: {
      readonly beacon: Readonly<Record<string, string>>
      readonly chain: Readonly<Record<string, string>>
    }
    readonly messages: readonly ScenarioMessage[]
  }[]
}

export function decodeMessage(recorded: ScenarioMessage['message']): Message {
  return {
    version: 0n,
    to: Address.fromBytes(fromHex(recorded.toHex)),
    from: Address.fromBytes(fromHex(recorded.fromHex)),
    nonce: BigInt(recorded.nonce),
    value: BigInt(recorded.value),
    gasLimit: recorded.gasLimit,
    gasFeeCap: BigInt(recorded.gasFeeCap),
    gasPremium: BigInt(recorded.gasPremium),
    method: BigInt(recorded.method),
    params: fromHex(recorded.paramsHex),
  }
}

export function networkOf(
  scenario: Scenario,
  { epoch, timestamp, baseFee }: Scenario['epochs'][number],
): NetworkContext {
  return {
    epoch,
    timestamp,
    baseFee: BigInt(baseFee),
    chainId: scenario.chainId,
    networkVersion: scenario.networkVersion,
    circulatingSupply: BigInt(scenario.circulatingSupply),
  }
}

/** Recorded answers, and for epochs that were not asked for the rule by which they were made. */
export function externsOf({ tipsetCids, randomness }: Scenario['epochs'][number]): Externs {
  return {
    chainRandomness: (epoch) => recordedDigest(randomness.chain, 'chain', epoch),
    beaconRandomness: (epoch) => recordedDigest(randomness.beacon, 'beacon', epoch),
    tipsetCid(epoch) {
      const recorded = tipsetCids[String(epoch)]
      if (recorded !== undefined) return CID.parse(recorded)
      const key = new CborWriter().bytes(utf8(`golden/tipset/${epoch}`)).finish()
      return CID.of(Codec.DAG_CBOR, key)
    },
  }
}

function recordedDigest(
  recorded: Readonly<Record<string, string>>,
  kind: 'beacon' | 'chain',
  epoch: number,
): Uint8Array {
  const digest = recorded[String(epoch)]
  return digest === undefined ? blake2b256(utf8(`golden/${kind}/${epoch}`)) : fromHex(digest)
}
