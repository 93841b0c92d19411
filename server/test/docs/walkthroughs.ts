// The walk-throughs of CONTRIBUTING.md: what each of their steps adds, and where, as its first line says.
import { codeBlocks, sectionOf, tableRows } from './markdown.ts'
import { anchorsOf } from './references.ts'

export interface Step {
  file: string
  place: string
  code: string
}

export interface WalkThrough {
  /** Its heading. */
  title: string
  steps: Step[]
  /** Patterns of the files that are all its own: a name in angle brackets stands for the new thing's. */
  own: string[]
  /** The other files that it adds lines to. */
  elsewhere: string[]
  /** Files in which the types fail as long as only the contract is written. */
  unfinished: string[]
}

/** Of the table at their top each row is one, by the section that it links to. */
export function readWalkThroughs(guide: string): WalkThrough[] {
  const titles = [...guide.matchAll(/^## (How to add .+)$/gm)].map((match) => match[1]!)
  const byAnchor = new Map(titles.map((title) => [anchorsOf(`## ${title}`)[0]!, title]))
  const rows = tableRows(sectionOf(guide, 'Where to add what')).slice(1)
  const found = rows.map(([what = '', own = '', elsewhere = '']) => {
    const title = byAnchor.get(/\(#(.+)\)/.exec(what)?.[1] ?? '')
    if (title === undefined) throw new Error(`no section tells how to add ${what}`)
    return { title, own: quoted(own), elsewhere: quoted(elsewhere), ...readSection(sectionOf(guide, title)) }
  })
  const untold = titles.filter((title) => !found.some((one) => one.title === title))
  if (untold.length > 0) throw new Error(`not in the table: ${untold.join(', ')}`)
  return found
}

const quoted = (cell: string) => [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1]!)

function readSection(section: string): Pick<WalkThrough, 'steps' | 'unfinished'> {
  const steps = codeBlocks(section).map(({ text }) => readStep(text))
  const failing = [...section.matchAll(/^Now `npm run types` fails in ([^]*?)\n\n/gm)].map((match) => match[1]!)
  return { steps, unfinished: failing.flatMap(quoted).filter((text) => text.includes('/')) }
}

function readStep(block: string): Step {
  const [, file, place, code] = /^(?:\/\/|--|<!--) (\S+), (.+?)(?: -->)?\n([^]+)$/.exec(block) ?? []
  if (file === undefined || place === undefined || code === undefined) throw new Error(`says no place: ${block}`)
  return { file, place, code }
}

/** The files as the steps leave them. `read` answers null where there is no file. */
export function followSteps(steps: Step[], read: (file: string) => string | null): Map<string, string> {
  const written = new Map<string, string>()
  for (const { file, place, code } of steps) {
    const source = written.get(file) ?? read(file)
    if ((source === null) !== (place === 'a new file')) {
      throw new Error(`${file} ${source === null ? 'is not there' : 'is there already'}`)
    }
    written.set(file, source === null ? code : addCode(source, place, code, file))
  }
  return written
}

function addCode(source: string, place: string, code: string, file: string): string {
  if (place === 'as it is' && source.includes(code)) return source
  if (place === 'at the end') return `${source}\n${code}`
  const replaced = /^instead of `(.+)`$/.exec(place)?.[1]
  if (replaced !== undefined && source.includes(`${replaced}\n`)) return source.replace(`${replaced}\n`, () => code)
  const found = findPlace(source, place)
  if (!found) throw new Error(`${file} has no place ${place}`)
  const at = found.index + found[0].length
  return source.slice(0, at) + fit(code, found[0]) + source.slice(at)
}

/** An entry of a list is written as its list is. */
function fit(code: string, before: string): string {
  if (before.endsWith('[\n')) return `  ${code.trim()}\n`
  return before.endsWith('[') ? `${code.trim()} ` : code
}

/** What stands before it. */
function findPlace(source: string, place: string): RegExpExecArray | null {
  const after = /^after `(.+)`$/.exec(place)?.[1]
  if (after !== undefined) return new RegExp(`^.*${RegExp.escape(after)}.*\\n`, 'm').exec(source)
  if (place === 'first of the imports') return /^(?:\/\/.*\n)*/.exec(source)
  if (place === 'after the imports') return /^[^]*^(?:import .*|\} from '.*')\n/m.exec(source)
  const [, end, name] = /^(first|last) in (\w+)$/.exec(place) ?? []
  if (end === 'last') return new RegExp(`^const ${name} = \\[\\n(?: .*\\n)*`, 'm').exec(source)
  // A short list is on one line.
  if (end === 'first') return new RegExp(`\\b${name}\\b(?:: .*)?(?: =|:) (?:\\{\\n|\\[\\n?)`).exec(source)
  return null
}

/** Lines elsewhere that something new may need; their imports come on top. */
const most_elsewhere = 3

/** What breaks the promise of the table at their top. */
export function findExcess({ steps, own, elsewhere }: WalkThrough): string[] {
  const apart = steps.filter(({ file }) => elsewhere.includes(file))
  const unused = elsewhere.filter((file) => !steps.some((step) => step.file === file))
  const lines = apart.flatMap(({ code, place }) => (place === 'as it is' ? [] : code.trim().split('\n')))
  const counted = lines.filter((line) => !/^(?:import|export \*) .*from '.*'$/.test(line))
  const names = new Map<string, string>()
  const strangers = steps.filter(
    ({ file, place }) => place !== 'as it is' && !elsewhere.includes(file) && !isOwn(file, own, names),
  )
  return [
    ...strangers.map(({ file }) => `${file} is in no column`),
    ...unused.map((file) => `${file} gets no line`),
    ...(counted.length > most_elsewhere ? [`${counted.length} lines elsewhere: ${counted.join(' ')}`] : []),
  ]
}

/** `names`: what the names in angle brackets have turned out to be; each is one thing throughout. */
function isOwn(file: string, own: string[], names: Map<string, string>): boolean {
  return own.some((pattern) => {
    const parts = pattern.split(/<(\w+)>/)
    const source = parts.map((part, index) => (index % 2 === 0 ? RegExp.escape(part) : `(?<${part}>[\\w-]+)`)).join('')
    const found = new RegExp(`^${source}${pattern.endsWith('/') ? '' : '$'}`).exec(file)
    const named = Object.entries(found?.groups ?? {})
    if (!found || named.some(([name, value]) => (names.get(name) ?? value) !== value)) return false
    for (const [name, value] of named) names.set(name, value)
    return true
  })
}
