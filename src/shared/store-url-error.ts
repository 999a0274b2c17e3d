/** The address of a shared store cannot be understood; for whoever wrote it. */
export class StoreUrlError extends Error {
  override name = 'StoreUrlError'
}
