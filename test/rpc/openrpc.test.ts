/** The OpenRPC document: valid, complete, and true. */
import { Ajv } from 'ajv'
import { describe, expect, test } from 'vitest'
import { devMethods } from '../../src/rpc/methods/dev.ts'
import { publicMethods } from '../../src/rpc/methods/public.ts'
import { entriesOf, openrpcDocument } from '../../src/rpc/openrpc.ts'
import { registryOf } from '../../src/rpc/registry.ts'
import metaSchema from '../vectors/openrpc-meta-schema.json' with { type: 'json' }

interface Described {
  readonly name: string
  readonly params: readonly { name: string; required: boolean; schema: object }[]
  readonly result: { readonly schema: object }
  readonly examples: readonly {
    params: readonly { value: unknown }[]
    result: { value: unknown }
  }[]
}

const registry = registryOf([...publicMethods, ...devMethods])
const document = openrpcDocument(registry) as { methods: Described[]; components: object }

const ajv = new Ajv({ strict: false, validateFormats: false })
ajv.addSchema({ $id: 'openrpc', components: document.components })

/** Whether a value fits a schema of the document. */
function fits(schema: object, value: unknown): boolean {
  const text = JSON.stringify(schema).replaceAll('"#/', '"openrpc#/')
  return ajv.validate(JSON.parse(text), value)
}

test('fits the schema of OpenRPC documents', () => {
  const validate = new Ajv({ strict: false, validateFormats: false }).compile(metaSchema)
  expect(validate(document), JSON.stringify(validate.errors)).toBe(true)
})

test('has every method once, and Lotus’s names as aliases', () => {
  expect(document.methods.map(({ name }) => name)).toEqual(
    entriesOf(registry).map(({ name }) => name),
  )
  const aliases = Object.fromEntries(
    entriesOf(registry).map(({ name, aliases }) => [name, aliases[0]]),
  )
  expect(aliases).toMatchObject({
    eth_call: 'Filecoin.EthCall',
    eth_chainId: 'Filecoin.EthChainId',
    eth_getTransactionHashByCid: 'Filecoin.EthGetTransactionHashByCid',
    net_version: 'Filecoin.NetVersion',
    web3_clientVersion: 'Filecoin.Web3ClientVersion',
    eth_sendTransaction: undefined,
    evm_mine: undefined,
    'Filecoin.EthAddressToFilecoinAddress': undefined,
  })
})

describe.each(document.methods.map((method) => [method.name, method] as const))(
  '%s',
  (name, method) => {
    const { parameters, result } = registry.get(name)!.method

    test('requires what is required', () => {
      expect(method.params.map(({ required }) => required)).toEqual(
        parameters.map(({ schema }) => !schema.safeParse(undefined).success),
      )
      // OpenRPC: required parameters come first
      const required = method.params.map(({ required }) => required)
      expect(required).toEqual([...required].sort((a, b) => Number(b) - Number(a)))
    })

    test('has examples that fit', () => {
      for (const { params, result: example } of method.examples) {
        params.forEach(({ value }, i) => {
          expect(fits(method.params[i]!.schema, value), JSON.stringify(value)).toBe(true)
        })
        if (result.safeParse(example.value).success) {
          expect(fits(method.result.schema, example.value)).toBe(true)
        }
      }
    })

    test('refuses what the document refuses', () => {
      for (const { schema, name } of method.params) {
        const { schema: parameter } = parameters.find((parameter) => parameter.name === name)!
        for (const value of [true, -1, 'nonsense', '0xgg', [[]], [1], 1.5]) {
          if (!fits(schema, value))
            expect(parameter.safeParse(value).success, `${value}`).toBe(false)
        }
      }
    })
  },
)
