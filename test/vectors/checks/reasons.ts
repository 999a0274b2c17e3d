/** Kinds of vectors that have nothing to be checked against here, and why. */
export const inapplicable: Readonly<Record<string, string>> = {
  actor_event_json: 'the JSON of native actor events is checked through its RPC methods',
  eth_syncing_json: 'the chain is never behind: eth_syncing answers false, as its example says',
  filter_result_json: 'a list of hashes is JSON as it is',
  nonce8_json: 'a block nonce is written, always zero, and never read',
  trace_positions: 'traces have the messages of a tipset only; no system message takes a place',
  uint64_from_word: 'a helper inside Forest; words of ABI parameters are read by the EVM itself',
  valid_for_sending: 'network versions before 23 are not served',
  wallet_send_method: "Forest's command line, which chooses a method by the addresses",
  'amt-root': 'test/ipld has the same roots, from ipld.json',
  'hamt-root': 'test/ipld has the same roots, from ipld.json',
  'kamt-root': 'test/ipld has the same roots, from ipld.json',
  'opcode-wasm-gas': 'an approximation; test/actors/evm/engine/gas.test.ts has the exact model',
  readme: 'a note to the reader',
}
