// Three sets of tests: `unit` needs no database; `server` uses a PostgreSQL that the set-up starts; so does `long`, which takes minutes and
// has a short form in `server`. `npm test` runs the first two, `npm run test:long` the third.
import { defineConfig } from 'vitest/config'
import { LongestFirst } from './server/test/support/longest-first.ts'

const long_tests = ['{embedded-postgres,server,cli,examples}/test/**/*.long.test.ts']
/** In `server` with a sample of their cases, in `long` with all. */
const sampled_tests = ['server/test/contract/contract.test.ts']

/**
 * The files of a worker share their modules, which take longer to load than most files take to run; each file has its own server and data.
 * Twice as many workers as a small machine has cores, because many files wait.
 */
const shared = { isolate: false, maxWorkers: 4 }

const onPostgres = {
  globalSetup: 'server/test/support/postgres.ts',
  testTimeout: 120_000,
  hookTimeout: 120_000,
  // Waits for conditions as long as a loaded machine can need.
  expect: { poll: { timeout: 40_000, interval: 10 } },
}

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            '{contract,sdk,server,cli,console,widget,site}/src/**/*.test.ts',
            'scripts/**/*.test.ts',
            'deploy/test/**/*.test.ts',
            'server/*.test.ts',
          ],
          ...shared,
          // A property that runs a hundred times is slow on a busy machine.
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'server',
          include: ['{contract,embedded-postgres,server,cli}/test/**/*.test.ts'],
          exclude: long_tests,
          ...shared,
          ...onPostgres,
        },
      },
      {
        test: {
          name: 'long',
          // Tables are asked whole, where the short form takes a sample.
          env: { PARLEY_TEST_WHOLE: '1' },
          include: [...long_tests, ...sampled_tests],
          ...shared,
          ...onPostgres,
          // Most of them wait for servers that they stop, and for time to pass.
          maxWorkers: 4,
          testTimeout: 600_000,
          hookTimeout: 180_000,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
