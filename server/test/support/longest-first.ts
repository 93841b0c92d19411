// The order of test files: those that take minutes first, so that no worker is left alone with one of them at the end.
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/**
 * Vitest takes the larger file first where it knows no earlier run, but most of these only name what another file defines. In their order;
 * what is not here follows them.
 */
const longest = [
  'bench/smoke.long',
  'kill/kill.long',
  'model/model.long',
  'hostile/every-operation.long',
  'faults/statements.long',
  'hand-off/scale/timer-races.long',
  'workflows/durable/losses.long',
  'knowledge/guarantees/kill.long',
  'process/restart.long',
  'races/same-node.long',
  'races/other-nodes.long',
  'docs/first-guides.long',
  'docs/second-guides.long',
  'takes/takes.long',
  'hostile/injection.long',
  'knowledge/crawl/hostile.long',
  'hostile/run/run.long',
  'knowledge/guarantees/served.long',
  'knowledge/ingest/faults.long',
  'knowledge/ingest/races.long',
  'knowledge/ingest/stress.long',
  'knowledge/embed/faults.long',
  'workflows/durable/crashes.long',
  'workflows/durable/races.long',
  'workflows/run/effects.long',
  'knowledge/crawl/removals.long',
  'sandbox/hostile.long',
  'live/takeover.long',
  'site/test/site',
].map((name) => `/${name}.test.ts`)

const placeOf = ({ moduleId }: TestSpecification) => {
  const place = longest.findIndex((name) => moduleId.endsWith(name))
  return place === -1 ? longest.length : place
}

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).toSorted((a, b) => placeOf(a) - placeOf(b))
  }
}
