// Runs a table of races as tests, on three nodes of the file's own.
import { afterAll, beforeAll, test } from 'vitest'
import { type Races, startRaces } from './harness.ts'
import { type RaceCase, expectSerial, runRace } from './race.ts'
import { describeRace } from './table.ts'

export function testRaces(table: RaceCase[]): void {
  let races: Races
  beforeAll(async () => {
    races = await startRaces()
  })
  afterAll(() => races[Symbol.asyncDispose]())

  test.each(table.map((race) => [describeRace(race), race] as const))('%s', async (_what, race) =>
    expectSerial(race, await runRace(races, race)),
  )
}
