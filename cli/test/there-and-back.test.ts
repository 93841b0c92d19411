// Some random agents, exported and applied again; there-and-back.long.test.ts has more.
import { test } from 'vitest'
import { createFixture } from './agents-fixture.ts'
import { expectSameThereAndBack } from './there-and-back.ts'

test('there and back gives the same, for whatever configuration a server takes', async () => {
  await using fixture = await createFixture()
  await expectSameThereAndBack(fixture, 8)
}, 120_000)
