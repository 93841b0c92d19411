// How far a long command is: a bar on a terminal, otherwise a line every ten seconds.
import type { Surroundings } from '../surroundings.ts'
import { tell } from './output.ts'

const between_lines_ms = 10_000

export interface ProgressBar {
  set(done: number): void
  stop(): void
}

/** `total`: null if it is not known. */
export async function startProgress(around: Surroundings, what: string, total: number | null): Promise<ProgressBar> {
  if (around.quiet) return { set: () => {}, stop: () => {} }
  if (around.stderr.isTTY && total !== null && total > 0) return startBar(around, what, total)
  let told_at = performance.now()
  return {
    set(done) {
      if (performance.now() - told_at < between_lines_ms) return
      told_at = performance.now()
      tell(around, total === null ? `${what}: ${done}` : `${what}: ${done} of ${total}`)
    },
    stop: () => {},
  }
}

async function startBar({ stderr }: Surroundings, what: string, total: number): Promise<ProgressBar> {
  const { default: progress } = await import('cli-progress')
  const bar = new progress.SingleBar({
    format: `${what} {bar} {percentage}%  {value} of {total}  {eta_formatted} left`,
    stream: stderr as NodeJS.WriteStream,
    hideCursor: true,
    etaBuffer: 100,
    clearOnComplete: true,
  })
  bar.start(total, 0)
  return { set: (done) => bar.update(done), stop: () => bar.stop() }
}
