// Two sets of tests: `unit` needs nothing, `server` runs on a PostgreSQL that the set-up starts.
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{contract,sdk}/**/*.test.ts', '{server,cli}/src/**/*.test.ts'],
        },
      },
      {
        test: {
          name: 'server',
          include: ['{server,cli}/test/**/*.test.ts'],
          globalSetup: 'server/test/support/postgres.ts',
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
})
