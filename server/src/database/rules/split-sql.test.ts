import { expect, test } from 'vitest'
import { readConcurrent, splitStatements, withoutComments, withoutConcurrently } from './split-sql.ts'

test('statements end at semicolons that are not within quotes, bodies or comments', () => {
  const text = `-- One; two.
create table a (x text default 'it''s; "so"', "odd;name" integer); /* none; here */
create function f() returns trigger language plpgsql as $$
begin
  perform 1; -- $1
end $$;
do $body$ begin execute 'select $$;$$'; end $body$;
select 1 - 2 / 3, $1;
-- the end;
`
  expect(splitStatements(text).map(withoutComments)).toEqual([
    `create table a (x text default 'it''s; "so"', "odd;name" integer)`,
    'create function f() returns trigger language plpgsql as $$$$',
    'do $$$$',
    'select 1 - 2 / 3, $1',
  ])
  expect(splitStatements(text)[0]).toContain('-- One; two.')
})

test('nothing is lost', () => {
  const text = `select 1;\n\nselect '\n--', $$ ; $$ -- why\n;select 3`
  expect(splitStatements(text)).toEqual(['select 1', `select '\n--', $$ ; $$ -- why`, 'select 3'])
  expect(splitStatements('-- only a comment\n')).toEqual([])
})

test('a concurrent migration is one index, or one check', () => {
  expect(readConcurrent('alter table a validate constraint a_b;').index).toBe(null)
  const text = '-- Why.\ncreate unique index concurrently a_b on a (b) where b is not null;\n'
  const { index, statement } = readConcurrent(text)
  expect(index).toBe('a_b')
  expect(withoutComments(withoutConcurrently(statement))).toBe('create unique index a_b on a (b) where b is not null')
  for (const wrong of [
    'create index a_b on a (b)',
    'alter table a validate constraint a_b, add column c text',
    `${text}select 1`,
    'create index concurrently on a (b)',
    '',
  ])
    expect(() => readConcurrent(wrong)).toThrow('one statement')
})
