// Statements that are composed of `sql` fragments for one use, as text and values.
import {
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type RawBuilder,
  sql,
} from 'kysely'

/** Generates statements and has no connection. */
const writer = new Kysely<unknown>({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
})

export function compose(composed: RawBuilder<unknown>): { text: string; values: unknown[] } {
  const { sql: text, parameters } = composed.compile(writer)
  return { text, values: [...parameters] }
}

/** The `set` clause of an update, with the columns whose values are not undefined. */
export function assignments(values: Record<string, unknown>): RawBuilder<unknown> {
  const given = Object.entries(values).filter(([, value]) => value !== undefined)
  return sql.join(given.map(([column, value]) => sql`${sql.ref(column)} = ${value}`))
}
