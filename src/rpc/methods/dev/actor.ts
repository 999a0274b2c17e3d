/** Users' own actors on the dev chain: installed here, made by the Init actor. */
import { z } from 'zod'
import { Address as FilecoinAddress } from '../../../address/address.ts'
import { type EthAddress, maskedId, toFilecoin } from '../../../address/eth-address.ts'
import { EMPTY, fromHex, to0x } from '../../../base/bytes.ts'
import type { CID } from '../../../ipld/cid.ts'
import { INIT_ACTOR } from '../../../protocol/builtin.ts'
import { ExitCode, exitCodeName } from '../../../protocol/exit-code.ts'
import { Exec, execParams, execReturn } from '../../../protocol/init.ts'
import { headOf } from '../../blocks.ts'
import type { DevContext } from '../../context.ts'
import { devMethodFor } from '../../dev-method.ts'
import { rpcError } from '../../errors.ts'
import { AddressResult, CidResult, HashResult } from '../../result-schema.ts'
import { Address, Cid, Data, Quantity, Uint } from '../../schema.ts'

type Slice = Pick<DevContext, 'chain' | 'index' | 'accounts' | 'dev' | 'senders' | 'networkPrefix'>

const method = devMethodFor<Slice>()

/** An actor that does nothing: `(module (memory (export "memory") 1) (func (export "invoke") …` */
const EXAMPLE_MODULE =
  '0x0061736d0100000001060160017f017f030201000503010001071302066d656d6f72790200' +
  '06696e766f6b6500000a0601040041000b'

/** As long as the body of a request may be. */
const Module = z
  .string({ error: 'expected a WebAssembly module, 0x and hex digits or base64' })
  .meta({ id: 'Module', description: 'a WebAssembly module: 0x and hex digits, or base64' })
  .transform((text, context) => {
    if (/^0x([0-9a-f]{2})*$/i.test(text)) return fromHex(text)
    if (/^[0-9a-z+/]*={0,2}$/i.test(text)) return new Uint8Array(Buffer.from(text, 'base64'))
    context.addIssue('expected a WebAssembly module, 0x and hex digits or base64')
    return z.NEVER
  })

export const fevm_installActor = method({
  summary: 'Installs a WebAssembly actor, so that the Init actor makes actors of it.',
  description:
    'Answers the code CID. Only on the dev chain: the networks make actors of built-in code only. The module is checked as the FVM does. From the next block on, Exec of the Init actor (f01, method 2) takes the code CID. What is installed stays installed, also when blocks are reverted.',
  params: { module: Module },
  result: CidResult,
  examples: [
    { name: 'an actor that does nothing', params: [EXAMPLE_MODULE], result: {}, varies: true },
  ],
  handle: async ({ dev }, { module }) => ({ '/': (await dev.installActor(module)).toString() }),
})

/** Gas for Exec and the constructor; what is not used is burnt for a small part. */
const DEFAULT_GAS = 1_000_000_000

const Creation = z
  .strictObject({
    code: Cid,
    /** CBOR of the constructor's params. */
    params: Data.optional(),
    value: Quantity.optional(),
    from: Address.optional(),
    gas: Uint.optional(),
  })
  .meta({
    id: 'ActorCreation',
    description:
      'code: code CID; params: of the constructor, in CBOR; value: attoFIL that the actor gets; from: who pays, the first dev account by default; gas: limit',
  })

const CreationResult = z
  .strictObject({
    transactionHash: HashResult,
    actor: z
      .strictObject({
        id: z.number().int(),
        idAddress: z.string(),
        robustAddress: z.string(),
        ethAddress: AddressResult,
      })
      .nullable(),
  })
  .meta({
    id: 'ActorCreationResult',
    description: 'the message, and the actor that it made; null while it is not mined',
  })

export const fevm_createActor = method({
  summary: 'Makes an actor of installed code, by way of the Init actor.',
  description:
    'Sends Exec (method 2) to f01 and answers the new actor: its id, its f0 and f2 addresses, and the 0xff… address by which Solidity knows it.',
  params: { creation: Creation },
  result: CreationResult,
  examples: [
    {
      name: 'unknown code',
      params: [{ code: { '/': 'bafk2bzacecnamqgqmifpluoeldx7zzglxcljo6oja4vrmtj7432rphldpdmm2' } }],
      result: {},
      varies: true,
    },
  ],
  async handle(context, { creation }) {
    const { code, params = EMPTY, value = 0n, gas = DEFAULT_GAS } = creation
    const from = creation.from ?? context.accounts.addresses()[0]
    if (from === undefined) throw rpcError('invalidParams', "missing 'from'")
    const hash = await exec(context, from, { code, params, value, gas })
    const mined = context.index.transaction(hash)
    if (mined === undefined) return { transactionHash: to0x(hash), actor: null }
    const { exitCode, returnData } = mined.receipt
    if (exitCode !== ExitCode.OK) {
      const reason = exitCode === ExitCode.USR_FORBIDDEN ? '; is the code installed?' : ''
      throw rpcError(
        'application',
        `no actor was made: exit code ${exitCode} (${exitCodeName(exitCode)}) of ${to0x(hash)}${reason}`,
      )
    }
    return { transactionHash: to0x(hash), actor: created(returnData, context) }
  },
})

interface Execution {
  readonly code: CID
  readonly params: Uint8Array
  readonly value: bigint
  readonly gas: number
}

/** @returns the transaction hash */
function exec(
  { chain, index, dev, senders }: Slice,
  sender: EthAddress,
  { code, params, value, gas }: Execution,
): Promise<Uint8Array> {
  return senders.inTurn(sender, async () => {
    const from = toFilecoin(sender)
    return dev.submitUnsigned({
      version: 0n,
      from,
      to: FilecoinAddress.id(INIT_ACTOR),
      nonce: await chain.pendingNonce(from),
      value,
      gasLimit: gas,
      gasFeeCap: 2n * headOf(index).nextBaseFee,
      gasPremium: 0n,
      method: Exec,
      params: execParams.encode({ code, constructorParams: params }),
    })
  })
}

function created(returned: Uint8Array, { networkPrefix }: Pick<Slice, 'networkPrefix'>) {
  const { idAddress, robustAddress } = execReturn.decode(returned)
  const id = idAddress.actorId!
  return {
    id,
    idAddress: idAddress.toString(networkPrefix),
    robustAddress: robustAddress.toString(networkPrefix),
    ethAddress: to0x(maskedId(id)),
  }
}
