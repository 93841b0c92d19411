// Random sequences of events on random workflows: the machine against the reference. `npm run test:model:workflows` runs many.
import fc from 'fast-check'
import { type Birth, Course } from './course.ts'
import { drawing, graphOf } from './graphs.ts'
import { moves } from './moves.ts'

const place = fc.nat({ max: 19 })
const birth = fc.record({
  isSync: fc.constantFrom(false, false, false, true),
  inLine: fc.constantFrom(false, false, false, true),
  entry: place,
  lastStep: fc.option(place, { freq: 4 }).map((step) => (step !== null && step % 4 === 0 ? step : null)),
  taken: fc.oneof(
    { weight: 4, arbitrary: fc.constant<Birth['taken']>([]) },
    { weight: 1, arbitrary: fc.array(fc.record({ step: place, bytes: fc.constantFrom(2, 900) }), { maxLength: 5 }) },
  ),
})

export interface Options {
  sequences: number
  seed: number
  path?: string | undefined
}

export interface Ran {
  sequences: number
  /** How often each event met each phase, with what became of it. */
  cells: Record<string, number>
}

/** Throws at the first difference, shrunk, with the command that repeats it. */
export function runSequences({ sequences, seed, path }: Options): Ran {
  const cells = new Map<string, number>()
  let count = 0
  const property = fc.property(drawing, birth, moves, (drawn, born, made) => {
    count += 1
    const course = new Course(graphOf(drawn), born)
    for (const one of made) one.run(course)
    course.checkInvariants()
    for (const [cell, times] of course.seen) cells.set(cell, (cells.get(cell) ?? 0) + times)
  })
  const details = fc.check(property, { numRuns: sequences, seed, ...(path ? { path } : {}) })
  if (details.failed) {
    const again = `npm run test:model:workflows -- --seed ${details.seed} --path ${details.counterexamplePath}`
    const what = fc.stringify(details.counterexample)
    throw new Error(`To repeat it: ${again}\n${what}`, { cause: details.errorInstance })
  }
  return { sequences: count, cells: Object.fromEntries([...cells].toSorted(([a], [b]) => a.localeCompare(b))) }
}
