#!/usr/bin/env node
// The command `parley`: administration of an installation, and the server itself.
import { repairJsonParse } from '@parley/server'
import { runProgram } from './run.ts'
import { processSurroundings } from './surroundings.ts'

// A reader that closes early, such as `head`, is not an error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
})

repairJsonParse()
process.exitCode = await runProgram(process.argv.slice(2), processSurroundings())
