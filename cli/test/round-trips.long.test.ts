// Many random agents, exported and applied again.
import { test } from 'vitest'
import { createFixture } from './files-fixture.ts'
import { expectSameAfterRoundTrip } from './round-trips.ts'

test('round trips preserve every configuration that a server accepts', async () => {
  await using fixture = await createFixture()
  await expectSameAfterRoundTrip(fixture, 40)
})
