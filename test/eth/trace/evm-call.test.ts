/** Calls between actors as Ethereum's calls (eth-rpc spec 6), from trees made by hand. */
import { describe, expect, test } from 'vitest'
import { Address } from '../../../src/address/address.ts'
import { maskedId } from '../../../src/address/eth-address.ts'
import { to0x } from '../../../src/base/bytes.ts'
import { createReturnCodec } from '../../../src/eth/receipt.ts'
import type { ActorCall, TracedLog } from '../../../src/eth/trace/actor-call.ts'
import { evmCall, topCall } from '../../../src/eth/trace/evm-call.ts'
import { CID, Codec } from '../../../src/ipld/cid.ts'
import { address, bigint, bytes, fixedBytes, link, tuple, uint64 } from '../../../src/ipld/codec.ts'
import { ExitCode } from '../../../src/protocol/exit-code.ts'
import { METHOD_CONSTRUCTOR, METHOD_SEND } from '../../../src/protocol/method.ts'
import { aCall, cbor, contractAt, eam, framed, init, nativeAt, sender } from './actor-calls.ts'

const a = contractAt(0xa0)
const b = contractAt(0xb0)
const someCode = CID.of(Codec.RAW, Uint8Array.of(0xfe))

describe('a call of a contract', () => {
  test('is shown without the CBOR around input and output', () => {
    const call = aCall(a, { params: framed('c0ffee'), returned: framed('01'), value: 5n })
    expect(evmCall(call, sender)).toMatchObject({
      kind: 'call',
      from: sender,
      to: a.address,
      input: Uint8Array.of(0xc0, 0xff, 0xee),
      output: Uint8Array.of(1),
      value: 5n,
      gas: 1_000,
      gasUsed: 100,
      calls: [],
    })
  })

  test('is a staticcall when it is read-only', () => {
    expect(evmCall(aCall(a, { readOnly: true }), sender)!.kind).toBe('staticcall')
  })

  test('is a native call when its data are no bytes', () => {
    const call = aCall(a, { params: cbor('8101'), returned: framed('') })
    expect(to0x(evmCall(call, sender)!.input)).toMatch(/^0x868e10c4/)
  })
})

test('other methods are shown in the form of handle_filecoin_method', () => {
  const call = aCall(nativeAt(77, 'multisig'), {
    method: 2n,
    params: cbor('8101'),
    returned: cbor('f5'),
    exitCode: ExitCode.USR_FORBIDDEN,
  })
  const { input, output, to } = evmCall(call, sender)!
  const word = (n: number) => n.toString(16).padStart(64, '0')
  const data = (hex: string) => word(hex.length / 2) + hex.padEnd(64, '0')
  expect(to).toEqual(maskedId(77))
  expect(to0x(input)).toBe(`0x868e10c4${word(2)}${word(0x51)}${word(96)}${data('8101')}`)
  expect(to0x(output)).toBe(`0x${word(18)}${word(0x51)}${word(96)}${data('f5')}`)
  const bare = evmCall(aCall(nativeAt(77), { method: METHOD_SEND }), sender)!
  expect(to0x(bare.input)).toBe(`0x868e10c4${word(0)}${word(0)}${word(96)}${word(0)}`)
})

describe('calls that are left out', () => {
  const below = (call: ActorCall) => evmCall(aCall(a, { calls: [call] }), sender)!.calls

  test.each([
    ['without funds', { exitCode: ExitCode.SYS_INSUFFICIENT_FUNDS }],
    ['that the kernel refused', { exitCode: ExitCode.SYS_ASSERTION_FAILED }],
  ])('those %s', (_, said) => {
    expect(below(aCall(b, said))).toEqual([])
    // but not as the first
    expect(evmCall(aCall(b, said), sender)).toBeDefined()
  })

  test('those that reached nobody', () => {
    expect(below(aCall(undefined, { exitCode: ExitCode.SYS_INVALID_RECEIVER }))).toEqual([])
    expect(evmCall(aCall(undefined), sender)).toBeUndefined()
  })

  test('those of the EVM itself to methods below 1024', () => {
    expect(below(aCall(b, { method: 3n }))).toEqual([])
    expect(below(aCall(b, { method: 4n }))).toEqual([])
    expect(below(aCall(b, { method: 1_024n }))).toHaveLength(1)
    // actors that are no contracts may mean it
    const native = aCall(nativeAt(77), { calls: [aCall(b, { method: 4n })], method: 9n })
    expect(evmCall(native, sender)!.calls).toHaveLength(1)
  })
})

describe('DELEGATECALL', () => {
  const params = tuple({ code: link, input: bytes, caller: fixedBytes(20), value: bigint })
  const said = { code: someCode, input: Uint8Array.of(1, 2), caller: sender, value: 9n }
  const delegated = (calls: ActorCall[] = []) =>
    aCall(a, {
      method: 6n,
      params: { codec: Codec.DAG_CBOR, data: params.encode(said) },
      returned: framed('03'),
      calls,
    })

  test('is one call, to the contract whose code was asked for', () => {
    const calls = [aCall(b, { method: 3n }), delegated([aCall(b)])]
    const { calls: shown } = evmCall(aCall(a, { calls }), sender)!
    expect(shown).toMatchObject([
      {
        kind: 'delegatecall',
        from: a.address,
        to: b.address,
        value: 0n,
        apparentValue: 9n,
        input: Uint8Array.of(1, 2),
        output: Uint8Array.of(3),
        calls: [{ kind: 'call', from: a.address, to: b.address }],
      },
    ])
  })

  test('belongs to the last contract that was asked', () => {
    const asked = [contractAt(0xc0), b].map((contract) => aCall(contract, { method: 3n }))
    const { calls } = evmCall(aCall(a, { calls: [...asked, delegated()] }), sender)!
    expect(calls.map(({ to }) => to)).toEqual([b.address])
  })

  test('of unknown code, or by another, is a fault of ours', () => {
    expect(() => evmCall(aCall(a, { calls: [delegated()] }), sender)).toThrow(/delegate call/)
    const other = [aCall(b, { method: 3n }), delegated()]
    expect(() => evmCall(aCall(b, { calls: other }), sender)).toThrow(/another contract/)
  })
})

describe('creations', () => {
  const fresh = contractAt(0xf0)
  const created = cbor(
    createReturnCodec.encode({ actorId: 240, robustAddress: null, ethAddress: fresh.address }),
  )
  const initcode = Uint8Array.of(0x60, 0)
  const constructing = (said: Partial<ActorCall> = {}) => [
    aCall(init, { method: 3n, calls: [aCall(fresh, { method: METHOD_CONSTRUCTOR, ...said })] }),
  ]

  test.each([
    [
      'Create',
      2n,
      'create',
      tuple({ initcode: bytes, nonce: uint64 }).encode({ initcode, nonce: 1n }),
    ],
    [
      'Create2',
      3n,
      'create2',
      tuple({ initcode: bytes, salt: fixedBytes(32) }).encode({
        initcode,
        salt: new Uint8Array(32),
      }),
    ],
    ['CreateExternal', 4n, 'create', bytes.encode(initcode)],
  ] as const)('%s', (_, method, kind, params) => {
    const inner = aCall(b)
    const calls = constructing({ calls: [inner], deployed: Uint8Array.of(7) })
    const call = aCall(eam, { method, params: cbor(params), returned: created, calls })
    expect(evmCall(call, sender)).toMatchObject({
      kind,
      from: sender,
      to: fresh.address,
      input: initcode,
      output: Uint8Array.of(0xfe),
      deployed: Uint8Array.of(7),
      calls: [{ from: fresh.address, to: b.address }],
    })
  })

  const external = { method: 4n, params: cbor(bytes.encode(initcode)) }

  test('that revert show what the constructor reverted with', () => {
    const calls = constructing({ exitCode: 33, returned: framed('08c379a0') })
    const call = aCall(eam, { ...external, exitCode: 33, calls })
    expect(evmCall(call, sender)).toMatchObject({
      to: null,
      output: Uint8Array.of(8, 0xc3, 0x79, 0xa0),
      exitCode: 33,
      hasEvmCodes: true,
    })
  })

  test('that fail otherwise show nothing', () => {
    const calls = constructing({ exitCode: 34 })
    const call = aCall(eam, { ...external, exitCode: 34, calls })
    expect(evmCall(call, sender)).toMatchObject({ to: null, output: new Uint8Array(0) })
  })

  test('that fail before the constructor runs are left out', () => {
    expect(evmCall(aCall(eam, { ...external, exitCode: 18 }), sender)).toBeUndefined()
    expect(evmCall(aCall(eam, { ...external, readOnly: true }), sender)).toBeUndefined()
  })

  test('over a contract that had died', () => {
    const calls = [aCall(fresh, { method: 2n })]
    const call = aCall(eam, { ...external, returned: created, calls })
    expect(evmCall(call, sender)).toMatchObject({ kind: 'create', to: fresh.address })
  })

  test('of actors that are no contracts', () => {
    const execReturn = tuple({ idAddress: address, robustAddress: address })
    const made = { idAddress: Address.id(300), robustAddress: Address.id(300) }
    const call = aCall(init, {
      method: 2n,
      returned: cbor(execReturn.encode(made)),
      calls: [aCall(nativeAt(300, 'multisig'), { method: METHOD_CONSTRUCTOR })],
    })
    expect(evmCall(call, sender)).toMatchObject({
      kind: 'create',
      to: maskedId(300),
      input: Uint8Array.of(0xfe),
      output: Uint8Array.of(0xfe),
    })
  })
})

test('logs count the calls that are shown', () => {
  const log = (callsBefore: number): TracedLog => ({
    address: a.address,
    topics: [],
    data: new Uint8Array(0),
    logIndex: callsBefore,
    callsBefore,
  })
  const hidden = aCall(b, { method: 4n })
  const call = aCall(a, {
    calls: [hidden, aCall(b), hidden],
    logs: [log(0), log(1), log(2), log(3)],
  })
  expect(evmCall(call, sender)!.logs.map(({ callsBefore }) => callsBefore)).toEqual([0, 0, 1, 1])
})

test('a message that made no call is shown as what it asked for', () => {
  const asked = { from: sender, to: null, value: 1n, gas: 5_000, input: Uint8Array.of(1) }
  const trace = {
    exitCode: ExitCode.USR_FORBIDDEN,
    returnData: new Uint8Array(0),
    gasUsed: 70,
    accounts: undefined,
    steps: undefined,
  }
  const refused = topCall({ ...trace, call: undefined }, asked)
  expect(refused).toMatchObject({ ...asked, kind: 'create', gasUsed: 70, exitCode: 18, calls: [] })
  const made = topCall({ ...trace, call: aCall(a) }, asked)
  expect(made).toMatchObject({ kind: 'call', gas: 5_000, gasUsed: 70 })
})
