/**
 * The genuine built-in actors are binaries that this project does not hold; tests that need them
 * get them by path.
 */
/** Mainnet's actors v18, as `.car` or `.tar.zst`. */
export const actorsBundle = process.env.FEVM_ACTORS_BUNDLE

if (actorsBundle === undefined) {
  console.warn(
    'SKIPPED: comparison with the genuine actors. Set FEVM_ACTORS_BUNDLE to v18.tar.zst of Lotus (build/actors/v18.tar.zst).',
  )
}
