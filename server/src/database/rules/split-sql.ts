// Splits the text of a migration into its statements, and takes comments out of it. Pure.

const comment = /^--[^\n]*|^\/\*[^]*?\*\//
const quoted = /^'(?:[^']|'')*'|^"(?:[^"]|"")*"|^\$(\w*)\$[^]*?\$\1\$/
const plain = /^[^-/'"$;]+|^[^;]/

/** Without their semicolons. Comments stay within a statement, which is what they explain. */
export function splitStatements(text: string): string[] {
  const statements: string[] = []
  let current = ''
  let rest = text
  while (rest !== '') {
    if (rest.startsWith(';')) {
      statements.push(current.trim())
      current = ''
      rest = rest.slice(1)
      continue
    }
    const [piece] = (comment.exec(rest) ?? quoted.exec(rest) ?? plain.exec(rest))!
    current += piece
    rest = rest.slice(piece.length)
  }
  return [...statements, current.trim()].filter((statement) => withoutComments(statement) !== '')
}

/** In one line each, with the bodies of functions empty: for rules about statements. */
export function withoutComments(statement: string): string {
  let plain_text = ''
  let rest = statement
  while (rest !== '') {
    const skipped = comment.exec(rest)?.[0]
    const [piece] = skipped === undefined ? (quoted.exec(rest) ?? plain.exec(rest) ?? [rest[0]!]) : ['']
    plain_text += skipped === undefined ? (/^\$\w*\$/.test(piece) ? '$$$$' : piece) : ' '
    rest = rest.slice((skipped ?? piece).length)
  }
  return plain_text.replaceAll(/\s+/g, ' ').trim()
}

/** What runs beside readers and writers, however long it takes: one index, or the check of a constraint that is not valid yet. */
export interface ConcurrentStatement {
  statement: string
  /** Null: it makes no index. */
  index: string | null
}

export function readConcurrent(text: string): ConcurrentStatement {
  const statements = splitStatements(text)
  const plain_text = withoutComments(statements[0] ?? '')
  const index = /^create (?:unique )?index concurrently (\w+) on \w/i.exec(plain_text)?.[1] ?? null
  const isCheck = /^alter table \w+ validate constraint \w+$/i.test(plain_text)
  if (statements.length !== 1 || (index === null && !isCheck))
    throw new Error(
      'a concurrent migration is one statement: create index concurrently <name> on <table> …, or alter table <name> validate constraint <name>',
    )
  return { statement: statements[0]!, index }
}

/** For a database in which nothing can be blocked, within a transaction. */
export function withoutConcurrently(statement: string): string {
  return statement.replace(/\bindex concurrently\b/i, 'index')
}
