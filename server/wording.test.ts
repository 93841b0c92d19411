// Keeps the project's language plain: phrases that its readers stumble over occur in no source file and on no page.
import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')

interface Rule {
  pattern: RegExp
  /** What to write instead. */
  instead: string
  /** A text that the pattern must find. */
  example: string
}

const rules: readonly Rule[] = [
  { pattern: /\bfor who\b/i, instead: 'name the people: "for callers that …"', example: 'for who pays' },
  { pattern: /\b(he|him|his|himself)\b/i, instead: '"they", "their", "themselves"', example: 'what he asks' },
  { pattern: /\bwho(so)?m?ever\b/i, instead: 'name the people, or "anyone who"', example: 'whoever asks' },
  { pattern: /\bwho may\b/i, instead: '"who can", or name the permission', example: 'who may read it' },
  { pattern: /\bas it were\b/i, instead: 'say what it is', example: 'another node, as it were' },
  { pattern: /\bnobody but\b/i, instead: '"only"', example: 'nobody but them' },
  { pattern: /\b(it|what|which|that) is to be\b/i, instead: '"must be"', example: 'what is to be written' },
  { pattern: /\bthat which\b/i, instead: '"what", or name the thing', example: 'that which fits' },
  { pattern: /\bof its own accord\b/i, instead: '"by itself"', example: 'ends of its own accord' },
  { pattern: /\bfor what it is\b/i, instead: 'say what it is', example: 'taken for what it is' },
  { pattern: /\bcomes? to an end\b/i, instead: '"ends"', example: 'it does not come to an end' },
  {
    pattern: /\bnobody (knows|is told|asked)\b/i,
    instead: '"it is unknown", or name who asks',
    example: 'nobody is told',
  },
  {
    pattern: /\b(is|are|has|have|was|no) room for\b/i,
    instead: '"fits", or name the limit',
    example: 'there is no room for it',
  },
  { pattern: /\btak(e|es|en|ing) leave\b|\bleave-taking\b/i, instead: '"say goodbye"', example: 'it takes leave' },
  {
    pattern: /\btended\b|\btends? (the|to its|leases)\b/i,
    instead: '"maintain", "renew"',
    example: 'leases are tended',
  },
  { pattern: /\bin place of\b/i, instead: '"instead of"', example: 'in place of a role' },
  { pattern: /\banew\b/i, instead: '"again", or "re-" and the verb', example: 'made anew' },
  { pattern: /\bof (ours|theirs)\b/i, instead: '"our own", or name the owner', example: 'a fault of ours' },
  {
    pattern: /\bhas met a\b|\bis none\b|\bare none\b/i,
    instead: '"is not a …", "there is no …"',
    example: 'that is none',
  },
  { pattern: /\b(called|named) so\b/i, instead: '"has this name"', example: 'no agent is called so' },
  { pattern: /\bupon\b/i, instead: '"on"', example: 'upon a server' },
  { pattern: /\bsave for\b/i, instead: '"except"', example: 'all save for one' },
  { pattern: /\bdearer\b|\bdearest\b/i, instead: '"more expensive"', example: 'the dearest page' },
  { pattern: /\bno more is\b|\bis no more\b/i, instead: '"no longer"', example: 'it is no more' },
]

/** Files whose words are not ours to choose: generated, recorded, applied to databases, or examples of the phrases themselves. */
const exempt: readonly string[] = [
  'contract/spec/',
  'docs/openapi.json',
  'server/src/database/migrations/',
  'server/wording.test.ts',
  'server/test/fixtures/',
  'server/test/wire/recordings/',
]

/** Phrases that stay, each in one file and for one reason. */
const exceptions: readonly { file: string; text: string; reason: string }[] = []

const files = globSync('**/*.{ts,tsx,js,sql,css,html,md}', {
  cwd: root,
  exclude: (name) => ['node_modules', 'dist', 'data'].includes(String(name).split('/').at(-1)!),
})
  .map((path) => path.replaceAll('\\', '/'))
  .sort()

const isIn = (file: string, places: readonly string[]) =>
  places.some((place) => (place.endsWith('/') ? file.startsWith(place) : file === place))

/** One line for each banned phrase. Joins the lines of a paragraph or comment, so that a line break hides no phrase. */
function findPhrases(file: string, text: string): string[] {
  const allowed = exceptions.filter((exception) => exception.file === file)
  const plain = allowed.reduce((rest, exception) => rest.replaceAll(exception.text, ''), text)
  const joined = plain.replaceAll(/(?<=\S)[ \t]*\n[ \t]*(?:(?:\/\/|\*|--|#|>)[ \t]+)?(?=\S)/g, ' ')
  return rules.flatMap(({ pattern, instead }) =>
    [...joined.matchAll(new RegExp(pattern, 'gi'))].map(({ 0: found, index }) => {
      const context = joined.slice(Math.max(0, index - 30), index + found.length + 30).replaceAll('\n', ' ')
      return `${file}: "${found}" in "…${context}…"; write ${instead}`
    }),
  )
}

test('no file uses a banned phrase', () => {
  const checked = files.filter((file) => !isIn(file, exempt))
  expect(checked.length).toBeGreaterThan(200)
  expect(checked.flatMap((file) => findPhrases(file, readFileSync(join(root, file), 'utf8')))).toEqual([])
})

test('every listed area and exception exists', () => {
  const listed = [...exempt, ...exceptions.map(({ file }) => file)]
  expect(listed.filter((place) => !existsSync(join(root, place)))).toEqual([])
  const unused = exceptions.filter(({ file, text }) => !readFileSync(join(root, file), 'utf8').includes(text))
  expect(unused).toEqual([])
})

describe('the check of phrases', () => {
  test.each(rules)('finds $pattern', ({ example, pattern }) => {
    expect(example).toMatch(pattern)
    expect(findPhrases('planted.md', `Some text.\n\n${example}.\n`)).not.toEqual([])
  })

  test.each([
    ['a paragraph', 'The key is stored for\nwho needs it.'],
    ['a comment', '// The key is stored for\n// who needs it.'],
    ['a docstring', '/**\n   * The key is stored for\n   * who needs it.\n   */'],
  ])('finds a phrase across the lines of %s', (_what, text) => {
    expect(findPhrases('planted.ts', text)).toHaveLength(1)
  })

  test('accepts plain English', () => {
    const text =
      'Returns the members that have joined. They can leave, and anyone who is invited may come. Theory: the hint is here.'
    expect(findPhrases('plain.md', text)).toEqual([])
  })
})
