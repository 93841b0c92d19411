// A store: the database of one organization. Queries of rooms take a store, so that none can forget the organization.
import { compose, type Fragment } from './fragments.ts'
import type { Database, Executor, Pipeline, Transaction } from './database.ts'
import { type Statement, namesOrganization } from './statements.ts'

declare const bound: unique symbol

/**
 * The database, opened for one organization. Only created here. It does not run statements across organizations; a function that
 * takes an `Executor` may do so.
 */
export interface Store extends Executor {
  readonly organization_id: string
  query<Row>(statement: Statement, values: unknown[]): Promise<Row[]>
  /** Like that of an executor, with the organization as the owner. */
  lookUp<Row>(statement: Statement, row: unknown[]): Promise<Row[]>
  readonly [bound]: true
}

/** A store within a transaction. */
export interface TransactionStore extends Store, Pipeline {
  readAtBegin<Row>(statement: Statement, values: unknown[]): Promise<Row[]>
  send(statement: Statement, values: unknown[]): void
}

/** A store that can begin transactions. */
export interface RootStore extends Store {
  transaction<T>(work: (store: TransactionStore) => Promise<T>): Promise<T>
  /** One state of the database, only to read; each statement is cancelled after `statement_ms`. */
  snapshot<T>(statement_ms: number, work: (store: TransactionStore) => Promise<T>): Promise<T>
}

/** For the organization's requests and their consequences: waits only for the organization's own share of the connections. */
export function openStore(database: Database, organization_id: string): RootStore {
  return openReservedStore(database.sharedBy(organization_id), organization_id)
}

/** For the server's own work, such as taking over a turn: never waits behind requests. */
export function openReservedStore(database: Database, organization_id: string): RootStore {
  return {
    organization_id,
    query: database.query,
    lookUp: (statement: Statement, row: unknown[]) => database.lookUp(statement, row, organization_id),
    execute: bindComposed(database),
    transaction: (work) => database.transaction((tx) => work(openStoreIn(tx, organization_id))),
    snapshot: (ms, work) => database.snapshot(ms, (tx) => work(openStoreIn(tx, organization_id))),
  } as RootStore
}

/** A transaction that concerns several organizations, for one of them. */
export function openStoreIn(tx: Transaction, organization_id: string): TransactionStore {
  return {
    organization_id,
    query: tx.query,
    lookUp: (statement: Statement, row: unknown[]) => tx.lookUp(statement, row, organization_id),
    readAtBegin: tx.readAtBegin,
    send: tx.send,
    sent: tx.sent,
    execute: bindComposed(tx),
  } as TransactionStore
}

function bindComposed(executor: Executor): Store['execute'] {
  return async (composed: Fragment<never>) => {
    const { text } = compose(composed)
    if (!namesOrganization(text)) throw new Error(`a composed statement does not name organization_id: ${text}`)
    return executor.execute(composed)
  }
}
