// Three sets of tests: `unit` needs nothing, `server` runs on a PostgreSQL that the set-up starts, and so does `kill`, which comes last
// and alone: what it measures are seconds of real processes.
import { defineConfig } from 'vitest/config'

const onPostgres = { globalSetup: 'server/test/support/postgres.ts', testTimeout: 30_000, hookTimeout: 60_000 }
const kill_tests = ['server/test/kill/**/*.test.ts']

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{contract,sdk}/**/*.test.ts', '{server,cli,console}/src/**/*.test.ts'],
          // A property that is tried a hundred times takes its time on a busy machine.
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'server',
          include: ['{embedded-postgres,server,cli}/test/**/*.test.ts'],
          exclude: kill_tests,
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
