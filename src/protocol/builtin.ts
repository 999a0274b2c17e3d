/**
 * The built-in actors: their type ids (manifest order, from 1), singletons and, for network
 * version 28 with actors v18.0.0, the code CIDs of the mainnet bundle.
 */
import { CborWriter } from '../ipld/cbor.ts'
import { CID, Codec } from '../ipld/cid.ts'

export const builtinNames = [
  'system',
  'init',
  'cron',
  'account',
  'storagepower',
  'storageminer',
  'storagemarket',
  'paymentchannel',
  'multisig',
  'reward',
  'verifiedregistry',
  'datacap',
  'placeholder',
  'evm',
  'eam',
  'ethaccount',
] as const

export type BuiltinName = (typeof builtinNames)[number]

/** What `get_builtin_actor_type` answers. */
export function typeId(name: BuiltinName): number {
  return builtinNames.indexOf(name) + 1
}

export const SYSTEM_ACTOR = 0
export const INIT_ACTOR = 1
export const REWARD_ACTOR = 2
export const CRON_ACTOR = 3
export const STORAGE_POWER_ACTOR = 4
export const STORAGE_MARKET_ACTOR = 5
export const VERIFIED_REGISTRY_ACTOR = 6
export const DATACAP_ACTOR = 7
export const EAM_ACTOR = 10
export const BURNT_FUNDS_ACTOR = 99
export const FIRST_NON_SINGLETON = 100

/** Code CIDs of one bundle. */
export class Manifest {
  readonly codes: Readonly<Record<BuiltinName, CID>>
  readonly #names: ReadonlyMap<string, BuiltinName>

  constructor(codes: Readonly<Record<BuiltinName, CID>>) {
    this.codes = codes
    this.#names = new Map(builtinNames.map((name) => [codes[name].key, name]))
  }

  nameOf(code: CID): BuiltinName | undefined {
    return this.#names.get(code.key)
  }

  /** The manifest data block: `[[name, code]…]` in type-id order. */
  encode(): Uint8Array {
    const writer = new CborWriter(1024).array(builtinNames.length)
    for (const name of builtinNames) writer.array(2).text(name).link(this.codes[name])
    return writer.finish()
  }

  get dataCid(): CID {
    return CID.of(Codec.DAG_CBOR, this.encode())
  }
}

/** Built-in actors v18.0.0 of mainnet. */
export const mainnetV18 = new Manifest({
  system: CID.parse('bafk2bzaceb6wbrd6oqnplfdawnu6n27gwwajtfj4xjq3k54uq77ynniniyzce'),
  init: CID.parse('bafk2bzacedrpq4kw6x7cq72w4g4fw56wj6ml4b3doeay6jyivm4dhkxijbe62'),
  cron: CID.parse('bafk2bzaceakrzoywbqj4wrjyo33azrpozkn2rwb7qidfmsda42zpyqmiohn7o'),
  account: CID.parse('bafk2bzacebt5o43hdveql4tqrnr7bg62by3d336ddsfl3l72xedhlsrbe6nia'),
  storagepower: CID.parse('bafk2bzaced6wh6odb572jjegr6vxoukzfblp7vogipaub5rsljbpo5mo35a5i'),
  storageminer: CID.parse('bafk2bzacead23tnh3ywx2cwudftngssfjgptsvr3nao7xv6mcfot7gvju4bak'),
  storagemarket: CID.parse('bafk2bzacedddzlqirkt63auacz4eogkswfjhbayc4mlrsvsxix4kbnj22mjmy'),
  paymentchannel: CID.parse('bafk2bzacebuw6l22xfht4gv4q5ltk66sy6ibp6ou63wvy6zaiyzievu3cl4v2'),
  multisig: CID.parse('bafk2bzacecgyiuanstjcdo43xkax274hmyyfiw7ju44uvcyreayonp7r3fmls'),
  reward: CID.parse('bafk2bzacec53jz3itt55424ebyn2ea3rc62zvyyrnscx3gkv4ulw2hholxiii'),
  verifiedregistry: CID.parse('bafk2bzacebnep6ruikyegl6jo6jdd7dmrk2vrk4xmywoq2g6ps5tmvutu3zbe'),
  datacap: CID.parse('bafk2bzacedc2r4rf2cnofn5zhnxawhkn445hqgiptfsd4746ejnkmga4uz2ze'),
  placeholder: CID.parse('bafk2bzacedfvut2myeleyq67fljcrw4kkmn5pb5dpyozovj7jpoez5irnc3ro'),
  evm: CID.parse('bafk2bzacea57ib7fosqleehx5z6uvockk3xk5wqycmge5m4rfq4ptr7xrkfsi'),
  eam: CID.parse('bafk2bzacec4bwptvkfvc22s2pqm4zdv77aorypuykq33dwlbmguc5tlpsuexw'),
  ethaccount: CID.parse('bafk2bzacecb3ebhbvmyaf5lhvdolndxfckuoxugs6hswoapxwacye7hax75ou'),
})
