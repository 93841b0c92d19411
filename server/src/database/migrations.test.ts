// What new migrations may do beside servers that read and write: each kind its part, and no statement that holds others up for long.
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { kindOf } from './rules/migration-names.ts'
import { readConcurrent, splitStatements, withoutComments } from './rules/split-sql.ts'

const folder = join(import.meta.dirname, 'migrations')
const files = readdirSync(folder).filter((file) => file.endsWith('.sql'))
const read = (file: string) => readFileSync(join(folder, file), 'utf8')
const namesFrom = (first: string) => files.filter((file) => file >= first).map((file) => file.replace(/\.sql$/, ''))

interface Statements {
  /** Without comments, in lower case but for quoted text. */
  all: string[]
  /** Tables that the file makes, in which nobody works yet. */
  created: Set<string>
}

function statementsIn(text: string): Statements {
  const all = splitStatements(text).map(withoutComments)
  const created = all.flatMap((one) => /^create (?:unlogged )?table (\w+)/i.exec(one)?.[1] ?? [])
  return { all, created: new Set(created) }
}

/** The tables that writers use, which a migration locks until its commit. */
function lockedTables({ all, created }: Statements): string[] {
  const locking = /alter table (\w+)|create (?:or replace )?trigger \w+ \w+ [^;]*? on (\w+)|references (\w+)/gi
  const tables = all.flatMap((one) => [...one.matchAll(locking)].map((found) => found.slice(1).find(Boolean)!))
  return [...new Set(tables)].filter((table) => !created.has(table))
}

/** Those of `alter table`, without the constraint that it may be. */
const actions: [RegExp, string | null][] = [
  [
    /^add column .*\b(primary key|unique|references|check)\b/,
    'adds a constraint with a column: add it `not valid`, and validate it in a .concurrent',
  ],
  [/^add column .*\bgenerated\b/, 'adds a column that is computed for each row: fill one in a .backfill'],
  [
    /^add column .*\bdefault [^,]*\b(gen_random_uuid|clock_timestamp|random|nextval|uuid_by_time)\b/,
    'has a default that differs from row to row, which rewrites the table: fill it in a .backfill',
  ],
  [/^add column (?!.*\bdefault\b).*\bnot null\b/, 'adds a column that is not null and has no default'],
  [/^add column /, null],
  [/^add constraint \w+ (unique|primary key) using index /, null],
  [/^add constraint \w+ (check|foreign key) .* not valid$/, null],
  [
    /^add /,
    'adds a constraint that all rows are checked against: add it `not valid`, and validate it in a .concurrent',
  ],
  [/^drop constraint /, null],
  [/^drop |^rename /, 'removes what older servers use: that is a .contract'],
  [/^alter column \w+ (set data )?type /, 'changes a type, which rewrites the table: fill a new column in a .backfill'],
  [/^alter column \w+ (set default|drop default|drop not null|set statistics|set storage|set compression)\b/, null],
  [/^set \(/, null],
]

const statements: [RegExp, string | null][] = [
  [/^create (unlogged )?table /, null],
  [/^create (or replace )?(function|trigger|view) /, null],
  [/^create (sequence|type) /, null],
  [/^(comment on|alter index \w+ alter column|alter function) /, null],
  [/^create (unique )?index concurrently /, 'cannot run in a transaction: give it a file of its own, .concurrent'],
  [/^create (unique )?index /, 'blocks writers while the index is made: that is a .concurrent'],
  [/^(update|delete from) /, 'changes rows of a table that servers use: that is a .backfill'],
  [/^insert into /, 'inserts into a table that servers use'],
  [/^drop /, 'removes what older servers use: that is a .contract'],
  [/^do /, 'cannot be looked through'],
]

/** Whether an earlier .concurrent has validated that the column is not null, so that no row is read. */
type IsValidated = (table: string, column: string) => boolean

function findFaults(text: string, isContract: boolean, isValidated: IsValidated = () => false): string[] {
  const found = statementsIn(text)
  return found.all.flatMap((statement) => {
    const altered = /^alter table (\w+) (.*)$/i.exec(statement)
    if (altered && !found.created.has(altered[1]!))
      return splitActions(altered[2]!).flatMap((action) => judgeAction(altered[1]!, action, isContract, isValidated))
    const table = /^(?:insert into|create (?:unique )?index \w+ on|update|delete from|alter table) (\w+)/i.exec(
      statement,
    )?.[1]
    if (table && found.created.has(table)) return []
    return judge(statements, statement, isContract)
  })
}

function judgeAction(table: string, action: string, isContract: boolean, isValidated: IsValidated): string[] {
  const column = /^alter column (\w+) set not null$/i.exec(action)?.[1]
  if (column === undefined) return judge(actions, action, isContract)
  if (isValidated(table, column)) return []
  return [`${action}: reads all rows; validate the check ${table}_${column}_not_null in a .concurrent first`]
}

function judge(rules: [RegExp, string | null][], text: string, isContract: boolean): string[] {
  if (isContract && /^(drop|rename) /i.test(text)) return []
  const [, fault] = rules.find(([pattern]) => new RegExp(pattern, 'i').test(text)) ?? [
    null,
    'is not known to be harmless',
  ]
  return fault === null ? [] : [`${text}: ${fault}`]
}

/** At the commas that are within nothing. */
function splitActions(text: string): string[] {
  const parts: string[] = []
  let [depth, start, isQuoted] = [0, 0, false]
  for (const [at, letter] of [...text].entries()) {
    if (letter === "'") isQuoted = !isQuoted
    if (isQuoted) continue
    if (letter === '(') depth += 1
    if (letter === ')') depth -= 1
    if (letter !== ',' || depth > 0) continue
    parts.push(text.slice(start, at).trim())
    start = at + 1
  }
  return [...parts, text.slice(start).trim()]
}

/** By what has been validated before the migration. */
const validatedBefore =
  (name: string): IsValidated =>
  (table, column) =>
    namesFrom('056').some(
      (other) =>
        other < name &&
        kindOf(other) === 'concurrent' &&
        withoutComments(read(`${other}.sql`)).includes(
          `alter table ${table} validate constraint ${table}_${column}_not_null`,
        ),
    )

// Readers and writers lock several tables in different orders, so a migration that held one and waited for another could wait for ever.
test.each(namesFrom('051'))('%s locks one table at most', (name) => {
  expect(lockedTables(statementsIn(read(`${name}.sql`))).length).toBeLessThanOrEqual(1)
})

test('numbers are used once from now on, and rise', () => {
  const numbers = namesFrom('056').map((name) => name.slice(0, 3))
  expect(new Set(numbers).size).toBe(numbers.length)
  for (const name of namesFrom('056')) expect(name).toMatch(/^\d{3}-[a-z0-9-]+(\.(concurrent|backfill|contract))?$/)
})

describe.each(namesFrom('056'))('P8: %s', (name) => {
  const text = read(`${name}.sql`)
  test('is of its kind, and holds nobody up', () => {
    const kind = kindOf(name)
    if (kind === 'concurrent') expect(readConcurrent(text).statement).not.toBe('')
    else if (kind === 'backfill') expect(findBackfillFaults(text)).toEqual([])
    else expect(findFaults(text, kind === 'contract', validatedBefore(name))).toEqual([])
  })
})

function findBackfillFaults(text: string): string[] {
  const [statement, ...more] = splitStatements(text)
  if (statement === undefined || more.length > 0) return ['is not one statement']
  const needed = ['$after', 'limit $most', 'order by', 'as after', 'as rows']
  return needed.filter((part) => !statement.includes(part)).map((part) => `lacks ${part}`)
}

describe('what would hold others up is found', () => {
  test.each([
    ['create index a_b on a (b)', '.concurrent'],
    ['create index concurrently a_b on a (b)', '.concurrent'],
    ['alter table a alter column b type bigint', '.backfill'],
    ['alter table a alter column b set not null', 'a_b_not_null'],
    ['alter table a add column b uuid not null', 'no default'],
    ['alter table a add column c integer, add column b uuid default gen_random_uuid()', '.backfill'],
    ['alter table a add column b integer references c', 'not valid'],
    ["alter table a add column b text check (b in ('x', 'y'))", 'not valid'],
    ['alter table a add column b integer generated always as (c + 1) stored', '.backfill'],
    ['alter table a add constraint a_b check (b > 0)', 'not valid'],
    ['alter table a add foreign key (b) references c', 'not valid'],
    ['alter table a add constraint a_b unique (b)', 'not valid'],
    ['alter table a drop column b', '.contract'],
    ['alter table a rename column b to c', '.contract'],
    ['drop table a', '.contract'],
    ['drop function f()', '.contract'],
    ['update a set b = 1', '.backfill'],
    ['delete from a', '.backfill'],
    ['insert into a select 1', 'that servers use'],
    ['do $$ begin null; end $$', 'cannot be looked through'],
    ['lock table a', 'harmless'],
    ['alter table a validate constraint a_b', 'harmless'],
    ['vacuum full a', 'harmless'],
  ])('%s', (statement, says) => {
    expect(findFaults(`create table other (id integer); ${statement};`, false)).toEqual([expect.stringContaining(says)])
  })

  test('in a table that the migration makes, nothing does', () => {
    const text = `-- Why.
      create table a (b integer references a);
      create index a_b on a (b);
      alter table a add constraint a_c check (b > 0);
      insert into a select 1;
      create or replace function f() returns trigger language plpgsql as $$ begin update c set d = 1; return null; end $$;`
    expect(findFaults(text, false)).toEqual([])
    const harmless = `alter table c add column e numeric(3, 1) not null default 1, add column f text[];
      alter table c drop constraint c_check;
      alter table c add constraint c_check check (d in (1, 2)) not valid;
      alter table c alter column d set default 3;
      create trigger t after insert on c for each row execute function f();`
    expect(findFaults(harmless, false)).toEqual([])
  })

  test('a removal may remove, and do nothing that takes long', () => {
    expect(findFaults('alter table a drop column b, drop column c; drop function f();', true)).toEqual([])
    expect(findFaults('alter table a alter column b type bigint;', true)).toHaveLength(1)
    expect(findFaults('alter table a alter column b set not null', true, () => true)).toEqual([])
  })

  test('a backfill goes on in batches', () => {
    const text = `with batch as (select id from a where id > coalesce($after::uuid, 'x') order by id limit $most)
      select (select max(id::text) from batch) as after, 1 as rows`
    expect(findBackfillFaults(text)).toEqual([])
    expect(findBackfillFaults('update a set b = 1')).toHaveLength(5)
    expect(findBackfillFaults(`${text}; ${text}`)).toEqual(['is not one statement'])
  })
})
