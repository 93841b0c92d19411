// The tests in a real browser, against the real server: `npm run test:browser`. A set of their own, since not every machine has one.
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

const root = join(import.meta.dirname, '..')

export default defineConfig({
  root,
  test: {
    name: 'browser',
    include: ['{console,widget,site}/test/**/*.test.ts', 'examples/test/streaming-page.test.ts'],
    globalSetup: 'server/test/support/postgres.ts',
    // Each file has a browser and a server, which wait for each other for half of the time.
    maxWorkers: 2,
    // The files of a worker share their modules; each has its own server and data.
    isolate: false,
    // A condition is waited for as long as a loaded machine may need.
    expect: { poll: { timeout: 40_000, interval: 100 } },
    testTimeout: 180_000,
    hookTimeout: 120_000,
  },
})
