// Waits for a check that throws, as `expect.poll` does for a value: for as long as a loaded machine may need.
import { vi } from 'vitest'

export const eventually = <T>(check: () => T | Promise<T>): Promise<T> =>
  vi.waitFor(check, { timeout: 20_000, interval: 10 })
