// The table of races: each ordered pair of deeds, at each pause point of the first one's commit.
import { stages } from '../../src/conversations/commit/pause-points.ts'
import type { NodeName } from './harness.ts'
import type { RaceCase } from './race.ts'
import { type Deed, changeOf, deedsOf, halts, isProgress } from './sides.ts'

const deeds = Object.values(deedsOf).flat()

/** Only the lock decides what it meets, so one point before it and one after it are enough. */
const isPlain = (deed: Deed) => ['retry', 'delete', 'update'].includes(changeOf(deed))

/** It stops an attempt, finishes it or takes it over, so the node matters. */
const isPlaced = (deed: Deed) => !isPlain(deed) && (halts(deed) || isProgress(deed) || deed === 'lease loss')

function stagesOf(first: Deed, second: Deed): readonly RaceCase['stage'][] {
  // It is refused under the lock while a turn runs, and so writes nothing.
  if (first === 'message reject') return ['begun', 'locked']
  return isPlain(first) || isPlain(second) ? ['begun', 'written'] : stages
}

/** A turn is finished where it runs, and taken over by another node. */
function placeOf(deed: Deed, wanted: NodeName): NodeName {
  if (isProgress(deed)) return 'a'
  return deed === 'lease loss' && wanted === 'a' ? 'b' : wanted
}

type Places = [NodeName, NodeName]

function placesOf(first: Deed, second: Deed, wanted: Places[]): Places[] {
  // One attempt does one thing after the other.
  if (isProgress(first) && isProgress(second)) return []
  // Two nodes that find the same turn.
  if (first === 'lease loss' && second === 'lease loss') return [['b', 'c']]
  const places = wanted.map(([one, other]): Places => [placeOf(first, one), placeOf(second, other)])
  return [...new Map(places.map((place) => [place.join(), place])).values()]
}

function tabulate(wantedOf: (first: Deed, second: Deed) => Places[]): RaceCase[] {
  return deeds.flatMap((first) =>
    deeds.flatMap((second) =>
      stagesOf(first, second).flatMap((stage) =>
        placesOf(first, second, wantedOf(first, second)).map((nodes) => ({ first, second, stage, nodes })),
      ),
    ),
  )
}

/** Every pair, on the node that carries the turn out. */
export const sameNode = tabulate(() => [['a', 'a']])

/** Two points after the lock look the same to another node, except for the writes of the running attempt. */
const isTold = ({ first, stage }: RaceCase) => stage !== 'locked' || isProgress(first) || first === 'message reject'

/** Deeds for which the node matters run on another node; of two such deeds each, and both if both stop the attempt. */
export const otherNodes = tabulate((first, second) => {
  if (isPlain(first) || isPlain(second)) return []
  const firstElsewhere: Places[] = isPlaced(first) ? [['b', 'a']] : []
  const secondElsewhere: Places[] = isPlaced(second) ? [['a', 'b']] : []
  const bothElsewhere: Places[] = halts(first) && halts(second) ? [['b', 'c']] : []
  return [...firstElsewhere, ...secondElsewhere, ...bothElsewhere]
}).filter(isTold)

export const describeRace = ({ first, second, stage, nodes: [here, there] }: RaceCase) =>
  `${first} on ${here}, held ${stage}, and ${second} on ${there}`

/** Coprime to the number of stages and of deeds, so that each comes up. */
const sample_step = 17

/** A whole table takes minutes. */
export const sampleOf = (table: RaceCase[]): RaceCase[] => table.filter((_race, index) => index % sample_step === 0)
