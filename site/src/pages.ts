// Which pages the site has. A guide says its own place in its first line; every other page is a row here.
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

export const root = join(import.meta.dirname, '..', '..')

export interface Page {
  /** Its file, from the root of the repository. */
  file: string
  /** Its address below `/docs/`; empty: the first page. */
  name: string
  title: string
  group: string
  summary: string
  markdown: string
}

const guides_folder = 'docs/guides'

/** `<!-- Build, 20: What the reader learns -->` */
const placeLine = /^<!-- ([A-Z][\w ]*), (\d+): (.+) -->\n/

/** Pages that are not guides: the names under which the site has them, and what its navigation calls them. */
const references: readonly [name: string, title: string, file: string][] = [
  ['examples', 'Examples', 'examples/README.md'],
  ['settings', 'Settings', 'docs/settings.md'],
  ['console', 'The console in pictures', 'docs/console.md'],
  ['proofs', 'Proofs', 'docs/guarantees.md'],
  ['threats', 'Threats and guards', 'docs/security.md'],
  ['scaling', 'Scaling', 'docs/scaling.md'],
  ['conversations-specification', 'Specification: conversations', 'server/src/conversations/SPEC.md'],
  ['knowledge-specification', 'Specification: knowledge bases', 'server/src/knowledge/SPEC.md'],
  ['web-widgets-specification', 'Specification: web widgets', 'server/src/web-widgets/SPEC.md'],
  ['hand-off-specification', 'Specification: hand-off', 'server/src/hand-off/SPEC.md'],
]

const read = (file: string) => readFileSync(join(root, file), 'utf8')

/** Guides in their order. Throws if one does not say its place. */
export function readGuides(): Page[] {
  const names = readdirSync(join(root, guides_folder)).filter((name) => name.endsWith('.md') && name !== 'README.md')
  return names
    .map((name) => readGuide(`${guides_folder}/${name}`))
    .sort((a, b) => a.place - b.place || a.page.name.localeCompare(b.page.name))
    .map(({ page }) => page)
}

function readGuide(file: string): { place: number; page: Page } {
  const text = read(file)
  const [line, group, place, summary] = placeLine.exec(text) ?? []
  if (line === undefined) throw new Error(`${file} must begin with a line such as <!-- Build, 20: What you learn -->`)
  const markdown = text.slice(line.length)
  const name = file.slice(guides_folder.length + 1, -'.md'.length)
  return {
    place: Number(place),
    page: { file, name, title: titleOf(file, markdown), group: group!, summary: summary!, markdown },
  }
}

function titleOf(file: string, markdown: string): string {
  const title = /^# (.+)$/m.exec(markdown)?.[1]
  if (title === undefined) throw new Error(`${file} has no title`)
  return title.replaceAll('`', '')
}

/** Every page of the site, in the order of its navigation. */
export function readPages(): Page[] {
  const first = read(`${guides_folder}/README.md`)
  return [
    { file: `${guides_folder}/README.md`, name: '', title: 'Guides', group: '', summary: '', markdown: first },
    ...readGuides(),
    ...references.map(([name, title, file]) => {
      return { file, name, title, group: 'Reference', summary: '', markdown: read(file) }
    }),
  ]
}

/** The table of docs/guides/README.md. */
export function renderGuideTable(guides: readonly Page[]): string {
  const rows = guides.map(({ title, name, summary }) => `| [${title}](${name}.md) | ${summary} |`)
  return ['| guide | what you learn |', '| --- | --- |', ...rows].join('\n')
}
