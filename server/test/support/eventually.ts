// Repeats a check until it no longer throws, like `expect.poll` for a value, for as long as a loaded machine can need.
import { vi } from 'vitest'

export const eventually = <T>(check: () => T | Promise<T>): Promise<T> =>
  vi.waitFor(check, { timeout: 40_000, interval: 10 })
