// A server that fails at any call of an apply.
import { describe, test } from 'vitest'
import { expectSameEnd, subjects, ways } from './cut-off.ts'
import { createFixture } from './files-fixture.ts'

describe.each(['agents', 'workflows'] as const)('%s', (name) => {
  test.each(ways)(
    'a server that fails during an apply %s, at any call: applying again reaches the same end',
    async (_when, way) => {
      await using fixture = await createFixture()
      await expectSameEnd(fixture, subjects[name], way, 1)
    },
    600_000,
  )
})
