// The pictures need a server, as the tests do; they are not among them.
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

const root = join(import.meta.dirname, '../../..')

export default defineConfig({
  root,
  test: {
    name: 'pictures',
    include: ['widget/test/screenshots/pictures.ts'],
    globalSetup: 'server/test/support/postgres.ts',
  },
})
