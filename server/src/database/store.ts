// A store: the database as one organization sees it. Queries of the rooms take a store, so that none can forget the organization.
import type { Database, Executor } from './database.ts'

declare const bound: unique symbol

/** The database, opened for one organization. Made by `openStore` only. */
export interface Store extends Executor {
  readonly organization_id: string
  readonly [bound]: true
}

/** A store that can begin transactions; inside one there is only a `Store`. */
export interface RootStore extends Store {
  transaction<T>(work: (store: Store) => Promise<T>): Promise<T>
}

export function openStore(database: Database, organization_id: string): RootStore {
  return {
    organization_id,
    query: database.query,
    get kysely() {
      return database.kysely
    },
    transaction: (work) => database.transaction((tx) => work(bind(tx, organization_id))),
  } as RootStore
}

function bind(tx: Executor, organization_id: string): Store {
  return {
    organization_id,
    query: tx.query,
    get kysely() {
      return tx.kysely
    },
  } as Store
}
