// Races between nodes, where nodes make a difference: one side stops an attempt, finishes it or takes it up.
import { afterAll, beforeAll, test } from 'vitest'
import { type Races, startRaces } from './harness.ts'
import { expectSerial, runRace } from './race.ts'
import { describeRace, otherNodes } from './table.ts'

let races: Races
beforeAll(async () => {
  races = await startRaces()
})
afterAll(() => races[Symbol.asyncDispose]())

test.each(otherNodes.map((race) => [describeRace(race), race] as const))('%s', async (_what, race) =>
  expectSerial(race, await runRace(races, race)),
)
