// A server that fails during an apply, at some calls; cut-off.long.test.ts has it fail at any call.
import { test } from 'vitest'
import { expectSameEnd, subjects, ways } from './cut-off.ts'
import { createFixture } from './files-fixture.ts'

test.each(ways)(
  'a server that fails during an apply %s, at every twentieth call: applying again reaches the same end',
  async (_when, way) => {
    await using fixture = await createFixture()
    await expectSameEnd(fixture, subjects.agents, way, 20)
  },
  120_000,
)
