// A server that fails during an apply, at some calls; cut-off.long.test.ts has it fail at any call.
import { test } from 'vitest'
import { createFixture } from './agents-fixture.ts'
import { expectSameEnd, ways } from './cut-off.ts'

test.each(ways)(
  'a server that fails during an apply %s, at every twentieth call: applying again reaches the same end',
  async (_when, way) => {
    await using fixture = await createFixture()
    await expectSameEnd(fixture, way, 20)
  },
  120_000,
)
