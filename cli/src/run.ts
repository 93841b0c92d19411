// Carries out one command line, from its arguments to its exit code; it prints a failure instead of throwing it.
import { showControls } from './client/terminal.ts'
import { describeFailure, exitCodeOf } from './failures.ts'
import { createProgram } from './program.ts'
import type { Surroundings } from './surroundings.ts'

export async function runProgram(args: string[], around: Surroundings): Promise<number> {
  try {
    await createProgram(around).parseAsync(args, { from: 'user' })
    return around.exit_code
  } catch (error) {
    const message = describeFailure(error)
    if (message !== null) around.stderr.write(`parley: ${showControls(message)}\n`)
    return exitCodeOf(error)
  }
}
