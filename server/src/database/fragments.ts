// Statements that are composed for one use: `sql` fragments, which contain each other. Values never become part of the text.

/** `Row`: what the statement returns, if the fragment is a whole one. */
export class Fragment<Row = unknown> {
  declare readonly row: Row
  /** One more than the values, which belong between them. */
  readonly texts: readonly string[]
  readonly values: readonly unknown[]

  constructor(texts: readonly string[], values: readonly unknown[]) {
    this.texts = texts
    this.values = values
  }
}

interface Sql {
  /** A value that is a fragment becomes part of the text; any other, also an array, is one parameter. */
  <Row = unknown>(texts: readonly string[], ...values: unknown[]): Fragment<Row>
  /** The text as it is: never from a caller. */
  raw(text: string): Fragment
  /** A table or column, with dots between its parts. */
  ref(name: string): Fragment
  join(fragments: readonly unknown[], separator?: Fragment): Fragment
}

function createFragment<Row>(texts: readonly string[], ...values: unknown[]): Fragment<Row> {
  const written: string[] = [texts[0]!]
  const sent: unknown[] = []
  const write = (text: string) => void (written[written.length - 1] += text)
  for (const [at, value] of values.entries()) {
    if (value instanceof Fragment) {
      write(value.texts[0]!)
      written.push(...value.texts.slice(1))
      sent.push(...value.values)
    } else {
      written.push('')
      sent.push(value)
    }
    write(texts[at + 1]!)
  }
  return new Fragment<Row>(written, sent)
}

const raw = (text: string) => new Fragment([text], [])
const comma = raw(', ')

export const sql: Sql = Object.assign(createFragment, {
  raw,
  ref: (name: string) => raw(name.split('.').map(quote).join('.')),
  join: (fragments: readonly unknown[], separator = comma) =>
    fragments.map((fragment) => sql`${fragment}`).reduce((before, fragment) => sql`${before}${separator}${fragment}`),
})

const quote = (name: string) => `"${name.replaceAll('"', '""')}"`

/** As the driver takes it. */
export function compose({ texts, values }: Fragment): { text: string; values: unknown[] } {
  const text = texts.reduce((before, after, at) => `${before}$${at}${after}`)
  return { text, values: [...values] }
}

/** The `set` clause of an update, with the columns whose values are not undefined. */
export function assignments(values: Record<string, unknown>): Fragment {
  const given = Object.entries(values).filter(([, value]) => value !== undefined)
  return sql.join(given.map(([column, value]) => sql`${sql.ref(column)} = ${value}`))
}
