// The keys for searching conversations match everything that the conditions of filters match, and are specific to an organization.
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { acrossOrganizations } from '../../src/database/database.ts'
import { systemPorts } from '../../src/base/ports.ts'
import { type TestDatabase, createTestDatabase } from '../support/database.ts'

let made: TestDatabase
beforeAll(async () => {
  made = await createTestDatabase()
})
afterAll(() => made[Symbol.asyncDispose]())

interface Found {
  holds: boolean
  has_keys: boolean
  shares: boolean
}

const texts = acrossOrganizations(
  'a test',
  'test_texts',
  `select strpos(lower($3), lower($4)) > 0 as holds, text_keys($1, $3) @> text_part_keys($1, $4) as has_keys,
     text_keys($1, $3) && text_part_keys($2, $4) as shares`,
)
const metadata = acrossOrganizations(
  'a test',
  'test_metadata',
  `select $3::jsonb @> $4::jsonb as holds, metadata_keys($1, $3::jsonb) @> metadata_keys($1, $4::jsonb) as has_keys,
     metadata_keys($1, $3::jsonb) && metadata_keys($2, $4::jsonb) as shares`,
)
const [own, other] = [systemPorts.newId(), systemPorts.newId()]

const word = fc.stringMatching(/^[aAbİß. 😀-]{0,5}$/u)
const scalar = fc.constantFrom('1', '1.0', '1e2', '100', '-0', '0', 'true', 'null', '"a"', '"1"', '""', '"A"')
/** JSON as text, because equal numbers can be written in several ways. */
const { fields } = fc.letrec<{ value: string; fields: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    scalar,
    fc.array(tie('value'), { maxLength: 3 }).map((list) => `[${list.join(',')}]`),
    tie('fields'),
  ),
  fields: fc
    .dictionary(fc.constantFrom('a', 'b', ''), tie('value'), { maxKeys: 2 })
    .map((all) => `{${Object.entries(all).map(([key, one]) => `${JSON.stringify(key)}:${one}`)}}`),
}))

test('of texts', async () => {
  let held = 0
  const property = fc.asyncProperty(word, word, word, async (before, part, after) => {
    fc.pre(part !== '')
    const [found] = await made.database.query<Found>(texts, [own, other, `${before}${part}${after}`, part])
    if (found!.holds) held += 1
    if (found!.holds) expect(found!.has_keys).toBe(true)
    expect(found!.shares).toBe(false)
  })
  await fc.assert(property, { numRuns: 300 })
  expect(held).toBeGreaterThan(100)
})

test('of metadata', async () => {
  let held = 0
  const property = fc.asyncProperty(fields, fc.option(fields), async (whole, part) => {
    const [found] = await made.database.query<Found>(metadata, [own, other, whole, part ?? whole])
    if (found!.holds) held += 1
    if (found!.holds) expect(found!.has_keys).toBe(true)
    expect(found!.shares).toBe(false)
  })
  await fc.assert(property, {
    numRuns: 500,
    examples: [
      ['{"a":1.0}', '{"a":1}'],
      ['{"a":[1,[2,"x"]]}', '{"a":[["x"]]}'],
      ['{"a":{"b":{}}}', '{"a":{}}'],
      ['{"a":[]}', '{}'],
    ],
  })
  expect(held).toBeGreaterThan(100)
})
