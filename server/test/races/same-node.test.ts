// Races on the node that carries the turn out: any two deeds, at each pause point, end as if one had come after the other.
import { afterAll, beforeAll, test } from 'vitest'
import { type Races, startRaces } from './harness.ts'
import { expectSerial, runRace } from './race.ts'
import { describeRace, sameNode } from './table.ts'

let races: Races
beforeAll(async () => {
  races = await startRaces()
})
afterAll(() => races[Symbol.asyncDispose]())

test.each(sameNode.map((race) => [describeRace(race), race] as const))('%s', async (_what, race) =>
  expectSerial(race, await runRace(races, race)),
)
