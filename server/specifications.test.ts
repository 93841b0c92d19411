// Each guarantee of a SPEC.md that has a section of its own names tests that name it, and of knowledge bases tests that attack it.
import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

const server = import.meta.dirname
const spec = readFileSync(join(server, 'src/knowledge/SPEC.md'), 'utf8')

interface Guarantee {
  number: string
  tested: string[]
  attacked: string[]
}

const pathsIn = (line: string | undefined) => [...(line ?? '').matchAll(/`(test\/[^`]+)`/g)].map(([, path]) => path!)

const guarantees = spec
  .split(/^## /m)
  .filter((section) => /^K\d+ /.test(section))
  .map((section): Guarantee => {
    const lineOf = (name: string) => section.split('\n').find((line) => line.startsWith(`- ${name}: `))
    return {
      number: /^K\d+/.exec(section)![0],
      tested: pathsIn(lineOf('Tested')),
      attacked: pathsIn(lineOf('Attacked')),
    }
  })

/** Of tests, and of groups of them. */
const titles = /\b(?:test|it|describe)(?:\.\w+)*(?:\([^()]*\))?\(\s*[`'"]((?:K\d+(?:, K\d+)*):)/g

/** The numbers that titles of the file begin with. */
function numbersIn(text: string): Set<string> {
  return new Set([...text.matchAll(titles)].flatMap(([, title]) => title!.slice(0, -1).split(', ')))
}

const read = (path: string) => readFileSync(join(server, path), 'utf8')

test('there are twelve, in order', () => {
  expect(guarantees.map(({ number }) => number)).toEqual(Array.from({ length: 12 }, (_, at) => `K${at + 1}`))
})

describe.each(guarantees)('$number', ({ number, tested, attacked }) => {
  test('is named by each test that it cites', () => {
    expect(tested).not.toEqual([])
    expect(tested.filter((path) => !numbersIn(read(path)).has(number))).toEqual([])
  })

  test('is attacked by tests that exist', () => {
    expect(attacked).not.toEqual([])
    expect(attacked.filter((path) => !existsSync(join(server, path)))).toEqual([])
  })

  test('cites each test that names it', () => {
    const files = globSync('test/**/*.test.ts', { cwd: server })
    const naming = files.filter((path) => numbersIn(read(path)).has(number))
    expect(naming.filter((path) => !tested.includes(path) && !attacked.includes(path))).toEqual([])
  })
})

test('titles are found in every form', () => {
  const text =
    "test('K1: a', f)\n  test(\n    `K2: b`)\ndescribe('K3: c')\ntest.each([1, 2])('K4: d')\ntest('K5, K6: e')\ntest('a (K7)')"
  expect([...numbersIn(text)]).toEqual(['K1', 'K2', 'K3', 'K4', 'K5', 'K6'])
})

describe('web widgets', () => {
  const widgets = read('src/web-widgets/SPEC.md')
  const sections = widgets.split(/^## /m).filter((section) => /^B\d+ /.test(section))
  const tested = sections.map((section): [string, string[]] => {
    const line = section.split('\n').find((one) => one.startsWith('- Tested: '))
    return [/^B\d+/.exec(section)![0], [...(line ?? '').matchAll(/`([^`]+)`/g)].map(([, path]) => path!)]
  })
  /** Those of the widget itself are beside the server. */
  const place = (path: string) => join(server, path.startsWith('widget/') ? '..' : '.', path)

  test('there are ten, in order', () => {
    expect(tested.map(([number]) => number)).toEqual(Array.from({ length: 10 }, (_, at) => `B${at + 1}`))
  })

  test.each(tested)('%s cites tests that exist, of which one names it', (number, paths) => {
    expect(paths.filter((path) => !existsSync(place(path)))).toEqual([])
    const named = new RegExp(`\\b(?:test|describe)(?:\\.\\w+)*(?:\\([^()]*\\))?\\(\\s*[\`'"][^\`'"\\n]*\\b${number}\\b`)
    const naming = paths.filter((path) => named.test(readFileSync(place(path), 'utf8')))
    expect(naming).not.toEqual([])
  })
})

describe('the platform', () => {
  const root = join(server, '..')
  const sections = globSync(['*/SPEC.md', 'server/src/*/SPEC.md'], { cwd: root }).flatMap((path) => {
    // Paths count from the root, or from the folder of the package.
    const place = (cited: string) => join(root, cited.startsWith('test/') ? path.split('/')[0]! : '.', cited)
    return readFileSync(join(root, path), 'utf8')
      .split(/^## /m)
      .filter((section) => /^P\d+ /.test(section))
      .map((section) => ({ number: /^P\d+/.exec(section)![0], section, place }))
  })

  test('has what is told here', () => {
    const numbers = sections.map(({ number }) => number)
    expect(numbers.toSorted()).toEqual(['P1', 'P10', 'P11', 'P12', 'P2', 'P3', 'P4', 'P5', 'P6', 'P7', 'P8', 'P9'])
  })

  test.each(sections)(
    '$number cites tests that exist, of which one names it and one attacks it',
    ({ number, section, place }) => {
      const citedAs = (name: string) => {
        const [, text = ''] = new RegExp(`^- ${name}: ([^]*?)(?=^- |^$)`, 'm').exec(section) ?? []
        return [...text.matchAll(/`([\w./-]+\.ts)`/g)].map(([, path]) => place(path!))
      }
      for (const kind of ['Tested', 'Attacked']) {
        expect(citedAs(kind)).not.toEqual([])
        expect(citedAs(kind).filter((path) => !existsSync(path))).toEqual([])
      }
      const named = new RegExp(`\\b(?:test|it|describe)(?:\\.\\w+)*\\(\\s*['"\`]${number}:`)
      expect(citedAs('Tested').some((path) => named.test(readFileSync(path, 'utf8')))).toBe(true)
    },
  )
})

describe('hand-off', () => {
  const sections = read('src/hand-off/SPEC.md')
    .split(/^## /m)
    .filter((section) => /^H\d+ /.test(section))
  const tested = sections.map((section): [string, string[]] => {
    const line = section.split('\n').find((one) => one.startsWith('- Tested: '))
    return [/^H\d+/.exec(section)![0], [...(line ?? '').matchAll(/`([^`]+)`/g)].map(([, path]) => path!)]
  })

  test('each has a section, in order', () => {
    expect(tested.map(([number]) => number)).toEqual(Array.from({ length: 12 }, (_, at) => `H${at + 1}`))
  })

  test.each(tested)('%s cites tests that exist, of which one names it', (number, paths) => {
    expect(paths).not.toEqual([])
    expect(paths.filter((path) => !existsSync(join(server, path)))).toEqual([])
    const named = new RegExp(
      `\\b(?:test|describe)(?:\\.\\w+)*(?:\\((?:[^()]|\\([^()]*\\))*\\))?\\(\\s*[\`'"][^\`'"\\n]*\\b${number}\\b`,
    )
    const texts = paths.map((path) => readFileSync(join(server, path), 'utf8'))
    expect(texts.filter((text) => named.test(text))).not.toEqual([])
  })
})

describe('workflows', () => {
  const sections = read('src/workflows/SPEC.md')
    .split(/^## /m)
    .filter((section) => /^W\d+ /.test(section))
  const citedAs = (name: string, section: string) => {
    const line = section.split('\n').find((one) => one.startsWith(`- ${name}: `))
    return [...(line ?? '').matchAll(/`([^`]+\.ts)`/g)].map(([, path]) => path!)
  }

  test('each has a section, in order', () => {
    const numbers = sections.map((section) => /^W\d+/.exec(section)![0])
    expect(numbers).toEqual(Array.from({ length: 14 }, (_, at) => `W${at + 1}`))
  })

  test.each(sections.map((section): [string, string] => [/^W\d+/.exec(section)![0], section]))(
    '%s cites tests that exist, of which one names it, and one that attacks it',
    (number, section) => {
      for (const kind of ['Tested', 'Attacked']) {
        expect([kind, citedAs(kind, section)]).not.toEqual([kind, []])
        expect(citedAs(kind, section).filter((path) => !existsSync(join(server, path)))).toEqual([])
      }
      const named = new RegExp(
        `\\b(?:test|describe)(?:\\.\\w+)*(?:\\([^()]*\\))?\\(\\s*[\`'"][^\`'"\\n]*\\b${number}\\b`,
      )
      const naming = [...citedAs('Tested', section), ...citedAs('Attacked', section)].filter((path) =>
        named.test(readFileSync(join(server, path), 'utf8')),
      )
      expect(naming).not.toEqual([])
    },
  )
})
