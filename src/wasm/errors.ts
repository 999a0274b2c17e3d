/** A module that actors may not have. */
export class InvalidModuleError extends Error {
  override name = 'InvalidModuleError'
}
