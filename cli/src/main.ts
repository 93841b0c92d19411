#!/usr/bin/env node
// The command `parley`: what an operator does beside the running server, and the server itself.
import { createProgram } from './program.ts'
import { describeFailure, exitCodeOf } from './failures.ts'

// A reader that has had enough, such as `head`, is no fault.
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
