#!/usr/bin/env node
// The command `parley`: what an operator does beside the running server, and the server itself.
import { runProgram } from './run.ts'
import { processSurroundings } from './surroundings.ts'

// A reader that has had enough, such as `head`, is no fault.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
})

process.exitCode = await runProgram(process.argv.slice(2), processSurroundings())
