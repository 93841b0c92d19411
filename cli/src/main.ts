#!/usr/bin/env node
// The command `parley`: what an operator does beside the running server, and the server itself.
import { createProgram } from './program.ts'
import { describeFailure, exitCodeOf } from './failures.ts'

try {
  await createProgram().parseAsync()
} catch (error) {
  const message = describeFailure(error)
  if (message !== null) process.stderr.write(`parley: ${message}\n`)
  process.exitCode = exitCodeOf(error)
}
