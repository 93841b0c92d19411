// Frees the pieces of a long stream. They are outside of the heap, whose size decides when that happens by itself.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

const much_bytes = 90 * 1024 * 1024

let collect: (() => void) | null = null

/** Call it now and then, such as at a checkpoint. */
export function keepMemorySmall(): void {
  if (process.memoryUsage.rss() < much_bytes) return
  if (collect === null) {
    setFlagsFromString('--expose-gc')
    collect = runInNewContext('gc') as () => void
  }
  collect()
}
