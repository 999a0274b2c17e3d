#!/usr/bin/env node
import { run } from './commands.ts'
import { processTerminal } from './terminal.ts'

/** Milliseconds for output to drain and handles to close. */
const GRACE = 1000

process.exitCode = await run(process.argv.slice(2), processTerminal())
// after a failed start a thread may still run: it must not keep the program
setTimeout(() => process.exit(), GRACE).unref()
