// Every link and path in the project's pages leads to something that exists.
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, test } from 'vitest'
import { root } from './markdown.ts'
import { anchorsOf, findBrokenReferences, readRepository } from './references.ts'

const repository = readRepository(root)
const isPage = (file: string) => /^(?:[A-Z]+\.md|docs\/.*\.md|(?:bench|examples)\/.*\.md)$|(^|\/)SPEC\.md$/.test(file)
const cited_pages = repository.files.filter(isPage).sort()

test('the pages are found', () => {
  expect(cited_pages).toEqual(
    expect.arrayContaining([
      'README.md',
      'ARCHITECTURE.md',
      'CONTRIBUTING.md',
      'docs/guides/README.md',
      'docs/console.md',
    ]),
  )
  expect(cited_pages.some((page) => page.endsWith('/SPEC.md'))).toBe(true)
  expect(cited_pages.some((page) => page.startsWith('docs/decisions/'))).toBe(true)
})

it.each(cited_pages)('%s cites only what exists', (page) => {
  expect(findBrokenReferences(repository, page, readFileSync(join(root, page), 'utf8'))).toEqual([])
})

test('every picture is shown somewhere', () => {
  const shown = cited_pages.map((page) => readFileSync(join(root, page), 'utf8')).join('\n')
  const pictures = globSync('docs/images/*-light.png', { cwd: root }).map((path) => path.split('/').at(-1)!)
  const isShown = (name: string) => shown.includes(name) || shown.includes(name.replace('-light', '-dark'))
  expect(pictures.filter((name) => !isShown(name))).toEqual([])
})

describe('a check of references finds', () => {
  const check = (text: string) => findBrokenReferences(repository, 'docs/page.md', text)

  test.each([
    ['a link to a missing file', 'See [this](missing.md).'],
    ['a link out of the repository', 'See [this](../../etc/passwd).'],
    ['a missing picture', '![A picture](images/missing.png)'],
    ['a missing picture of a theme', '<source srcset="images/missing.png">'],
    ['a missing anchor of the page', '# Title\n[there](#elsewhere)'],
    ['a missing anchor of another page', '[there](../README.md#nowhere-at-all)'],
    ['a missing path', 'Look at `server/src/missing.ts`.'],
    ['a missing folder', 'Look at `server/missing/`.'],
    ['a missing path from the package', 'Look at `test/missing`.'],
    ['a missing file by its name alone', 'Look at `missing-file.test.ts`.'],
    ['a path that only ends like another', 'Look at `server/app.ts`.'],
    ['a pattern that matches nothing', 'Look at `server/src/missing-*.ts`.'],
  ])('%s', (_, text) => {
    expect(check(text)).toHaveLength(1)
  })

  test('nothing in a correct page', () => {
    const text =
      '# A title, with words\n[a](console.md) [b](#a-title-with-words) [c](https://example.com) `server/test/docs` ' +
      '`test/docs/references.ts` `app.ts` `text/event-stream` `contract/src/*.ts`\n```sh\ncat `missing.ts`\n```\n'
    expect(check(text)).toEqual([])
  })
})

test('anchors are the same as on GitHub', () => {
  expect(anchorsOf('# One\n## What is `this`?\n## One\n### Ünï, code & more')).toEqual([
    'one',
    'what-is-this',
    'one-1',
    'ünï-code--more',
  ])
})
