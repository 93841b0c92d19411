// Counts billable calls of providers, each once (P3). A call whose effect is stored by a commit is counted in that commit; any other gets its
// row before it begins, is completed once, and is lost if its node is. Every billable call passes `admit` before it is made.
import type { Logger } from 'pino'
import type { Ports } from '../base/ports.ts'
import { retry } from '../base/retry.ts'
import { batch } from '../database/batch.ts'
import type { Database, Executor } from '../database/database.ts'
import { isUnavailable } from '../database/failures.ts'
import type { Presence } from '../live/presence.ts'
import { everyMinute } from '../work/every-minute.ts'
import type { WorkKind } from '../work/port.ts'
import type { CallCounter, CalledModel, Counting, EndedCall, OpenCall } from './port.ts'
import {
  type CompletedRow,
  type OpenRow,
  completeRows,
  insertOpen,
  loseOfNodes,
  loseOld,
  removeOpen,
} from './queries.ts'
import { measure, splitModel, tokensOf } from './rules/measured.ts'

export type {
  CallCounter,
  CalledModel,
  CountedCall,
  Counting,
  EndedCall,
  MeasuredCall,
  OpenCall,
  ReportedTokens,
} from './port.ts'
export { countPage, insertCalls, insertLostCalls, insertOne } from './queries.ts'
export { measure, splitModel } from './rules/measured.ts'

/** What a call may take beyond its time limit until its row is completed. */
const margin_ms = 60_000
/** Rows of one statement, and statements at once. */
const together = { most: 64, lanes: 2 } as const
/** In total as long as a node may be without the database before others take over what it works on. */
const write_again = { wait_ms: 250, mayPass: isUnavailable, bound: { tries: 32 } } as const
/** Of one minute; a node makes far fewer calls. */
const lost_at_once = 10_000

/** For calls that no organization makes: of the operator, by the command line. */
export const countsNothing: CallCounter = { begin: async () => ({ heard: 0, end() {} }) }

/** A call that has its own row. */
export interface BegunCall extends OpenCall {
  /** Within the transaction that stores its effect: counted there, once that is committed. `end` comes after it, in any case. */
  completeIn(tx: Pick<Executor, 'query'>, ended: EndedCall): Promise<void>
}

export interface Usage {
  /**
   * The one gate of all billable calls: whatever may forbid one does so here, before anything is sent. For calls of turns, which are counted
   * by their commits; `begin` has passed it.
   */
  admit(counting: Counting): Promise<void>
  /** Inserts the row of a call. Throws if the database cannot be reached: then the call must not be made. */
  begin(counting: Counting, called: CalledModel): Promise<BegunCall>
  /** Begins and completes each call of a model by itself. */
  counter(counting: Counting): CallCounter
  readonly work: WorkKind[]
}

export interface UsageParts {
  /** Throws what forbids a call. Asks nobody as long as nothing can forbid any. */
  forbid(counting: Counting): Promise<void>
  database: Database
  ports: Pick<Ports, 'clock' | 'newId' | 'reached'>
  node_id: string
  presence: Pick<Presence, 'whenGone'>
  log: Pick<Logger, 'warn'>
}

export function createUsage({ forbid, database, ports, node_id, presence, log }: UsageParts): Usage {
  presence.whenGone((node_ids) => loseOfNodes(database, node_ids))
  const ownerOf = ({ organization_id }: { organization_id: string }) => organization_id
  const open = batch(
    answering<OpenRow>((rows) => insertOpen(database, rows)),
    { ...together, ownerOf },
  )
  const complete = batch(
    answering<CompletedRow>((rows) => completeRows(database, rows)),
    { ...together, ownerOf },
  )
  const patiently = (write: () => Promise<void>) => retry(ports.clock, write_again, write)

  /** Without the row, the call is lost when its time is over. */
  function inBackground(write: () => Promise<void>): void {
    patiently(write).catch((error: unknown) =>
      log.warn({ err: error }, 'could not complete the row of a call; it is counted as lost'),
    )
  }

  async function settle(write: () => Promise<void>): Promise<void> {
    try {
      await write()
    } catch {
      inBackground(write)
    }
  }

  const admit: Usage['admit'] = (counting) => forbid(counting)

  const begin: Usage['begin'] = async (counting, called) => {
    await admit(counting)
    const { organization_id, kind, purpose, agent_id, conversation_id = null } = counting
    const row: OpenRow = {
      ...{ id: ports.newId(), organization_id, kind, purpose, agent_id, conversation_id, ...splitModel(called.model) },
      ...{ input_tokens: tokensOf(called.countCharacters()), node_id, most_ms: called.most_ms + margin_ms },
    }
    await patiently(() => open(row))
    // The row may have waited for the database; the call must not begin on what was true before.
    await admit(counting).catch(async (error: unknown) => {
      await settle(() => removeOpen(database, row))
      throw error
    })
    await ports.reached?.('usage.begun')
    const rowOf = (ended: EndedCall): CompletedRow | null => {
      const measured = measure(called, call.heard, ended)
      return measured && { id: row.id, organization_id, ...measured }
    }
    const call: BegunCall = {
      heard: 0,
      async end(ended) {
        await ports.reached?.('usage.ended')
        const completed = rowOf(ended)
        await settle(() => (completed === null ? removeOpen(database, row) : complete(completed)))
      },
      async completeIn(tx, ended) {
        const completed = rowOf(ended)
        if (completed) await completeRows(tx, [completed])
      },
    }
    return call
  }

  const sweep = everyMinute('count_lost_calls', () => loseOld(database, lost_at_once))
  return { admit, begin, counter: (counting) => ({ begin: (called) => begin(counting, called) }), work: [sweep] }
}

const answering =
  <Row>(write: (rows: Row[]) => Promise<void>) =>
  async (rows: Row[]): Promise<void[]> => {
    await write(rows)
    return rows.map(() => undefined)
  }
