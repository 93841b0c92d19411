// A store: the database as one organization sees it. Queries of the rooms take a store, so that none can forget the organization.
import type { RawBuilder } from 'kysely'
import type { Database, Executor, Pipeline, Transaction } from './database.ts'
import { compose } from './composed.ts'
import { type Statement, namesOrganization } from './statements.ts'

declare const bound: unique symbol

/**
 * The database, opened for one organization. Made here only. It runs no statement that goes across organizations; a function that
 * takes an `Executor` says by this that it may.
 */
export interface Store extends Executor {
  readonly organization_id: string
  query<Row>(statement: Statement, values: unknown[]): Promise<Row[]>
  /** As an executor's, in the name of the organization. */
  lookUp<Row>(statement: Statement, row: unknown[]): Promise<Row[]>
  readonly [bound]: true
}

/** A store inside of a transaction. */
export interface TransactionStore extends Store, Pipeline {
  readAtBegin<Row>(statement: Statement, values: unknown[]): Promise<Row[]>
  send(statement: Statement, values: unknown[]): void
}

/** A store that can begin transactions. */
export interface RootStore extends Store {
  transaction<T>(work: (store: TransactionStore) => Promise<T>): Promise<T>
}

/** For the organization's requests, and what follows from them: waits for its share of the connections, and for no other's. */
export function openStore(database: Database, organization_id: string): RootStore {
  return openReservedStore(database.sharedBy(organization_id), organization_id)
}

/** For what the server has to do by itself, such as taking over a turn: it waits behind no request. */
export function openReservedStore(database: Database, organization_id: string): RootStore {
  return {
    organization_id,
    query: database.query,
    lookUp: (statement: Statement, row: unknown[]) => database.lookUp(statement, row, organization_id),
    execute: bindComposed(database),
    transaction: (work) => database.transaction((tx) => work(bind(tx, organization_id))),
  } as RootStore
}

function bind(tx: Transaction, organization_id: string): TransactionStore {
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
  return async (composed: RawBuilder<never>) => {
    const { text } = compose(composed)
    if (!namesOrganization(text)) throw new Error(`a composed statement names no organization_id: ${text}`)
    return executor.execute(composed)
  }
}
