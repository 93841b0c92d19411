// Many random agents, exported and applied again.
import { test } from 'vitest'
import { createFixture } from './agents-fixture.ts'
import { expectSameThereAndBack } from './there-and-back.ts'

test('there and back gives the same, for whatever configuration a server takes', async () => {
  await using fixture = await createFixture()
  await expectSameThereAndBack(fixture, 100)
}, 120_000)
