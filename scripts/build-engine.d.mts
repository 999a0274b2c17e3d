export function compileEngine(): Promise<Uint8Array>
export function generatedModule(wasm: Uint8Array): string
