// Ctrl-C and SIGTERM end what a command does in an orderly way, with the exit code that a shell gives to them.
import type { Surroundings } from '../surroundings.ts'

const codes = { SIGINT: 130, SIGTERM: 143 } as const

export interface Interrupts extends Disposable {
  readonly signal: AbortSignal
}

/** A second signal ends the process at once. */
export function untilInterrupted(around: Surroundings): Interrupts {
  const controller = new AbortController()
  const stops = Object.entries(codes).map(([name, code]) => {
    const stop = () => {
      if (controller.signal.aborted) process.exit(code)
      around.exit_code = code
      controller.abort(new Error('stopped'))
    }
    process.on(name, stop)
    return () => process.off(name, stop)
  })
  return { signal: controller.signal, [Symbol.dispose]: () => stops.forEach((stop) => stop()) }
}
