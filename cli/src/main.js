#!/usr/bin/env node
// The command `parley`: administration of an installation, and the server itself. JavaScript, as the server's entry is.
import { homedir } from 'node:os'
import { join } from 'node:path'
import { requireNode } from '@parley/server/node-version'

requireNode()
const { keepCompiledCode } = await import('@parley/server/compile-cache')

const { XDG_CACHE_HOME } = process.env
keepCompiledCode(join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'parley', 'compiled'))

// A reader that closes early, such as `head`, has what it wanted.
process.stdout.on('error', (error) => {
  if (error.code !== 'EPIPE') throw error
  process.exit(0)
})

// Only now, so that their compiled code is kept.
const [{ repairJsonParse }, { runProgram }, { processSurroundings }] = await Promise.all([
  import('@parley/server/read-json'),
  import('./run.ts'),
  import('./surroundings.ts'),
])
repairJsonParse()
process.exitCode = await runProgram(process.argv.slice(2), processSurroundings())
