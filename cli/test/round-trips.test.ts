// Some random agents, exported and applied again; round-trips.long.test.ts has more.
import { test } from 'vitest'
import { createFixture } from './files-fixture.ts'
import { expectSameAfterRoundTrip } from './round-trips.ts'

test('round trips preserve every configuration that a server accepts', async () => {
  await using fixture = await createFixture()
  await expectSameAfterRoundTrip(fixture, 8)
})
