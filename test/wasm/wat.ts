/** WebAssembly from its text format. */
import wabt from 'wabt'

const { parseWat } = await wabt()

/** Proposals that V8 may know and actors may not use. */
const features = {
  simd: true,
  threads: true,
  exceptions: true,
  tail_call: true,
  multi_value: true,
  multi_memory: true,
  memory64: true,
  reference_types: true,
  bulk_memory: true,
  sign_extension: true,
  sat_float_to_int: true,
  extended_const: true,
  mutable_globals: true,
}

export function wat(source: string): Uint8Array {
  const module = parseWat('module.wat', source, features)
  try {
    return module.toBinary({}).buffer
  } finally {
    module.destroy()
  }
}

/** An actor of one function; `$params` is the block that came with the message. */
export function actor(body: string, rest = ''): Uint8Array {
  return wat(`(module
    ${rest.match(/\(import .*\)/g)?.join('\n') ?? ''}
    (memory (export "memory") 1)
    ${rest.replaceAll(/\(import .*\)/g, '')}
    (func (export "invoke") (param $params i32) (result i32) ${body}))`)
}
