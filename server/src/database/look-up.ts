// Reads of one row each that come close together, as one query.
import type { AnyStatement, Executor } from './database.ts'
import { isConnectionLost } from './failures.ts'
import { gather } from './batch.ts'

interface AnsweredRow {
  /** Which of the rows that were asked for it answers, from 1. */
  call: number
}

interface Asked {
  row: unknown[]
  owner: string
}

/** Of one statement. */
const lanes = 2
const usual_most = 64

export function createAsk(query: Executor['query']): Executor['ask'] {
  const askers = new Map<string, (asked: Asked) => Promise<unknown[]>>()
  return (statement, row, owner) => {
    const { name, most = usual_most } = statement
    let ask = askers.get(name)
    if (!ask) {
      const answerAll = (all: Asked[]) =>
        askTogether(
          query,
          statement,
          all.map((asked) => asked.row),
        )
      askers.set(name, (ask = gather(answerAll, { lanes, most, ownerOf: (asked) => asked.owner })))
    }
    return ask({ row, owner }) as Promise<never[]>
  }
}

/** The answer of one call alone. */
export async function askOne<Row>(query: Executor['query'], statement: AnyStatement, row: unknown[]): Promise<Row[]> {
  const [answer] = await askTogether(query, statement, [row])
  return answer as Row[]
}

async function askTogether(
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
    // What is wrong with one of them is no fault of the others.
    return rows.map((row) => askOne(query, statement, row))
  }
}
