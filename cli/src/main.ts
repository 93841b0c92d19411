#!/usr/bin/env node
// The command `parley`: administration of an installation, and the server itself.
import { createProgram } from './program.ts'
import { describeFailure, exitCodeOf } from './failures.ts'

// A reader that closes early, such as `head`, is not an error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
})

try {
  await createProgram().parseAsync()
} catch (error) {
  const message = describeFailure(error)
  if (message !== null) process.stderr.write(`parley: ${message}\n`)
  process.exitCode = exitCodeOf(error)
}
