// A server that goes away; cut-off.long.test.ts has it go away at any call.
import { test } from 'vitest'
import { createFixture } from './agents-fixture.ts'
import { expectSameEnd, ways } from './cut-off.ts'

test.each(ways)(
  'a server that goes away in the middle %s, at every fifth call: applying again comes to the same end',
  async (_when, way) => {
    await using fixture = await createFixture()
    await expectSameEnd(fixture, way, 5)
  },
  120_000,
)
