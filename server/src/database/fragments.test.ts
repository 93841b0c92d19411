import { expect, test } from 'vitest'
import { assignments, compose, sql } from './fragments.ts'

test('values are parameters, in their order, and fragments are text', () => {
  const conditions = [sql`a = ${1}`, sql`b = any(${[2, 3]}::integer[])`, sql`c is null`]
  const ids = sql`select id from t where ${sql.join(conditions, sql` and `)} limit ${10}`
  expect(compose(sql`with page as (${ids}) select ${sql.raw('x, y')} from page where z = ${'$1'}`)).toEqual({
    text: 'with page as (select id from t where a = $1 and b = any($2::integer[]) and c is null limit $3) select x, y from page where z = $4',
    values: [1, [2, 3], 10, '$1'],
  })
})

test('a list of values is a list of parameters', () => {
  expect(compose(sql`select ${sql.join([1, 'a'])}`)).toEqual({ text: 'select $1, $2', values: [1, 'a'] })
})

test('names are quoted', () => {
  expect(compose(sql.ref('c.user_id')).text).toBe('"c"."user_id"')
  expect(compose(sql.ref('a"; drop table t; --')).text).toBe('"a""; drop table t; --"')
})

test('an update sets what is given, also null', () => {
  const set = assignments({ name: 'N', note: null, other: undefined, revision: sql`revision + 1` })
  expect(compose(set)).toEqual({
    text: '"name" = $1, "note" = $2, "revision" = revision + 1',
    values: ['N', null],
  })
})

test('nothing to join is a fault of the caller', () => {
  expect(() => sql.join([])).toThrow(TypeError)
})
