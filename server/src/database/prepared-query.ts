// A prepared statement that describes its result once for each connection: the driver asks for the names and types of the columns with
// every run, and reads them again, although they cannot change while the statement is prepared.
import pg from 'pg'

/** What the driver makes of a description. */
interface Shape {
  fields: unknown
  _parsers: unknown
  _prebuiltEmptyResultObject: unknown
}

interface Connection {
  stream: { cork(): void; uncork(): void }
  bind(config: object): void
  describe(config: object): void
}

type Callback = (error: Error | null, result?: pg.QueryResult) => void

/** The parts of the driver's query that are private. */
interface Internals {
  name: string
  callback: Callback
  _result: Shape
  _accumulateRows: boolean
  prepare(connection: Connection): void
  handleRowDescription(message: unknown): void
  handleReadyForQuery(connection: Connection): void
}

const base = pg.Query.prototype as unknown as Internals

/** By connection and name. Without columns: null. */
const known = new WeakMap<Connection, Map<string, Shape | null>>()

const unasked = { describe: () => {} }

export class PreparedQuery extends pg.Query {
  #shape: Shape | null | undefined

  prepare(connection: Connection): void {
    const own = this as unknown as Internals
    this.#shape = known.get(connection)?.get(own.name)
    if (this.#shape === undefined) return base.prepare.call(own, connection)
    if (this.#shape) {
      Object.assign(own._result, this.#shape)
      own._accumulateRows = true
    }
    base.prepare.call(own, Object.assign(Object.create(connection), unasked))
  }

  handleRowDescription(message: unknown): void {
    const own = this as unknown as Internals
    base.handleRowDescription.call(own, message)
    const { fields, _parsers, _prebuiltEmptyResultObject } = own._result
    this.#shape = { fields, _parsers, _prebuiltEmptyResultObject }
  }

  handleReadyForQuery(connection: Connection): void {
    const own = this as unknown as Internals
    const shapes = known.get(connection) ?? new Map<string, Shape | null>()
    known.set(connection, shapes.set(own.name, this.#shape ?? null))
    base.handleReadyForQuery.call(own, connection)
  }
}

/** Runs it on a connection that the caller has. */
export function runOn(client: pg.PoolClient, query: PreparedQuery): Promise<pg.QueryResult> {
  const { promise, resolve, reject } = Promise.withResolvers<pg.QueryResult>()
  const own = query as unknown as Internals
  own.callback = (error, result) => (error ? reject(error) : resolve(result!))
  client.query(query)
  return promise.catch((error: Error) => {
    // Where it was asked for, not where the answer was read.
    Error.captureStackTrace(error)
    throw error
  })
}
