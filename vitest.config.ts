// Three sets of tests: `unit` needs nothing else; `server` runs on a PostgreSQL that the set-up starts; so does `kill`, which runs last
// and alone because it measures the time of real processes.
import { defineConfig } from 'vitest/config'

/** As in main.ts: the job queue drops a promise that rejects if a test removes the database at the wrong moment. */
const isOfJobQueue = ({ stack = '' }: { stack?: string }) => /graphile-worker.+(complete|fail)Jobs/.test(stack)

const onPostgres = { globalSetup: 'server/test/support/postgres.ts', testTimeout: 30_000, hookTimeout: 60_000 }
const kill_tests = ['server/test/kill/**/*.test.ts']
/** Needs no database, so that it runs with the unit tests. */
const wording_test = 'server/test/docs/wording.test.ts'

export default defineConfig({
  test: {
    onUnhandledError: (error) => !isOfJobQueue(error),
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{contract,sdk}/**/*.test.ts', '{server,cli,console}/src/**/*.test.ts', wording_test],
          // A property that runs a hundred times is slow on a busy machine.
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'server',
          include: ['{embedded-postgres,server,cli}/test/**/*.test.ts'],
          exclude: [...kill_tests, wording_test],
          ...onPostgres,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'kill',
          include: kill_tests,
          ...onPostgres,
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
})
