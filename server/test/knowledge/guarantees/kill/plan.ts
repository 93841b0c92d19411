// How nodes that ingest die: at every pause point in turn, at random, and stopped for longer than a lease.
import type { Mission } from '../../../kill/plan.ts'
import type { Random } from '../../../kill/random.ts'

/** By the states of the specification's table; and what re-embeds, deletes and moves. */
const states = {
  upload: ['blob.begun', 'blob.part', 'blob.written', 'blob.stored'],
  conversion: ['knowledge.converting'],
  chunking: ['knowledge.chunked'],
  embedding: ['knowledge.embedding', 'embedding.answered', 'embedding.stored'],
  switch: ['knowledge.switching', 'knowledge.switched'],
  crawl: ['crawl.fetched', 'crawl.visited'],
  'another model': ['knowledge.switching_space', 'knowledge.switched_space'],
  deletion: ['knowledge.erased', 'blob.taken', 'blob.erased'],
  work: ['work.leased', 'work.done'],
} as const

/** Of the command that moves files to another store, which runs beside the nodes. */
export const pointsOfMoves = ['blob.move.begun', 'blob.part', 'blob.move.copied'] as const

export const pointsOfNodes: readonly string[] = Object.values(states).flat()

const most_passed = /^(blob\.(begun|part|written|stored)|knowledge\.chunked|embedding\.|work\.)/

export interface KillPlan {
  nodes: Mission[]
  /** Each kills one move. */
  moves: { point: string; nth: number }[]
}

/** Of twenty kills, two are of moves, three at random, and one of a node that was stopped before. */
export function planKills(kills: number, random: Random): KillPlan {
  const points = inTurn(pointsOfNodes, random)
  const ofMoves = inTurn(pointsOfMoves, random)
  const plan: KillPlan = { nodes: [], moves: [] }
  for (let index = 0; index < kills; index += 1) {
    const turn = index % 20
    if (turn === 5 || turn === 15) plan.moves.push({ point: ofMoves(), nth: random.between(1, 3) })
    else if (turn === 19) plan.nodes.push(pause(random))
    else if (turn % 7 === 4) plan.nodes.push({ kind: 'chance', after_ms: random.between(500, 9000) })
    else plan.nodes.push(atPoint(points(), random))
  }
  return plan
}

function atPoint(point: string, random: Random): Mission {
  return { kind: 'point', point, nth: most_passed.test(point) ? random.between(1, 6) : 1 }
}

/** Longer than a lease of work, which lasts 30 s. */
function pause(random: Random): Mission {
  return {
    kind: 'pause',
    after_ms: random.between(3000, 8000),
    for_ms: random.between(33_000, 40_000),
    then_ms: random.between(500, 3000),
  }
}

/** Each once, in another order in each round. */
function inTurn<T>(all: readonly T[], random: Random): () => T {
  let round: T[] = []
  return () => {
    if (round.length === 0) round = random.shuffle([...all])
    return round.pop()!
  }
}
