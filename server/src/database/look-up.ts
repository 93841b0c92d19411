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
  const arrays = rows[0]!.map((_none, column) => rows.map((row) => row[column]))
  const answers = rows.map((): unknown[] => [])
  try {
    for (const { call, ...answer } of await query<AnsweredRow>(statement, arrays)) answers[call - 1]!.push(answer)
    return answers
  } catch (error) {
    if (rows.length === 1 || isConnectionLost(error)) throw error
    // The fault of one call must not fail the others.
    return rows.map((row) => lookUpOne(query, statement, row))
  }
}
