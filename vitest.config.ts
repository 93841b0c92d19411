// Three sets of tests: `unit` needs nothing, `server` runs on a PostgreSQL that the set-up starts, and so does `long`: what takes minutes,
// of which `server` has a short form. `npm test` runs the first two, `npm run test:long` the third.
import { defineConfig } from 'vitest/config'

const long_tests = ['{embedded-postgres,server,cli}/test/**/*.long.test.ts']

/**
 * The files of a worker share the modules, which take longer to load than most files to run; each has its own server and data. One worker
 * more than a small machine has cores, since many files wait.
 */
const shared = { isolate: false, maxWorkers: 3 }

const onPostgres = {
  globalSetup: 'server/test/support/postgres.ts',
  testTimeout: 60_000,
  hookTimeout: 60_000,
  // A condition is waited for as long as a loaded machine may need.
  expect: { poll: { timeout: 20_000, interval: 10 } },
}

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{contract,sdk}/**/*.test.ts', '{server,cli,console}/src/**/*.test.ts', 'server/*.test.ts'],
          ...shared,
          // A property that is tried a hundred times takes its time on a busy machine.
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'server',
          include: ['{embedded-postgres,server,cli}/test/**/*.test.ts'],
          exclude: long_tests,
          ...shared,
          ...onPostgres,
        },
      },
      {
        test: {
          name: 'long',
          include: long_tests,
          ...onPostgres,
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
