/**
 * Runs the program from a clone: `npm start -- OPTIONS`, `npm run fevm -- COMMAND OPTIONS`.
 * In this one process, so that Ctrl-C and the exit code pass through nothing but npm.
 */
import { setup } from './setup.mjs'

setup()
await import('../dist/cli/main.js')
