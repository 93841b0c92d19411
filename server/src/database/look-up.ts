// Combines single-row reads that arrive close together into one query.
import type { Executor } from './executor.ts'
import type { AnyStatement } from './statements.ts'
import { isConnectionLost } from './failures.ts'
import { batch } from './batch.ts'

interface AnsweredRow {
  /** The number of the requested row that it answers, starting at 1. */
  call: number
}

interface Asked {
  row: unknown[]
  owner: string
}

/** The batch of one statement. */
const lanes = 2
const usual_most = 64

export function createLookUp(query: Executor['query']): Executor['lookUp'] {
  const batches = new Map<string, (asked: Asked) => Promise<unknown[]>>()
  return (statement, row, owner) => {
    const { name, most = usual_most } = statement
    let lookUp = batches.get(name)
    if (!lookUp) {
      const answerAll = (all: Asked[]) =>
        lookUpTogether(
          query,
          statement,
          all.map((asked) => asked.row),
        )
      batches.set(name, (lookUp = batch(answerAll, { lanes, most, ownerOf: (asked) => asked.owner })))
    }
    return lookUp({ row, owner }) as Promise<never[]>
  }
}

/** Runs a single call. */
export async function lookUpOne<Row>(
  query: Executor['query'],
  statement: AnyStatement,
  row: unknown[],
): Promise<Row[]> {
  const [answer] = await lookUpTogether(query, statement, [row])
  return answer as Row[]
}

async function lookUpTogether(
  query: Executor['query'],
  statement: AnyStatement,
  rows: unknown[][],
): Promise<(unknown[] | Promise<unknown[]>)[]> {
  const { distinct, placeOf } = distinctRows(rows)
  const arrays = rows[0]!.map((_none, column) => distinct.map((row) => row[column]))
  const answers = distinct.map((): unknown[] => [])
  try {
    for (const { call, ...answer } of await query<AnsweredRow>(statement, arrays)) answers[call - 1]!.push(answer)
    return placeOf.map((place) => answers[place]!)
  } catch (error) {
    if (rows.length === 1 || isConnectionLost(error)) throw error
    // The fault of one call must not fail the others.
    return rows.map((row) => lookUpOne(query, statement, row))
  }
}

function nameOf(value: unknown): string {
  if (value === null) return 'null'
  return Buffer.isBuffer(value) ? `=${value.toString('latin1')}` : `=${String(value)}`
}

/** Many calls ask for the same, such as the key that all of them have: it is read once. */
function distinctRows(rows: unknown[][]): { distinct: unknown[][]; placeOf: number[] } {
  if (rows.length === 1) return { distinct: rows, placeOf: [0] }
  const places = new Map<string, number>()
  const distinct: unknown[][] = []
  const placeOf = rows.map((row) => {
    const name = row.map(nameOf).join('\0')
    const place = places.get(name) ?? distinct.push(row) - 1
    places.set(name, place)
    return place
  })
  return { distinct, placeOf }
}
