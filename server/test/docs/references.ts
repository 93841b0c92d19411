// Finds what a page refers to and what is not there: linked files, anchors, and paths of the repository in back-ticks.
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import GithubSlugger from 'github-slugger'

export interface Repository {
  root: string
  /** Every file, as a path from the root. */
  files: readonly string[]
}

const built = /(^|\/)(node_modules|dist|data|\.git)(\/|$)/
const source_file = /\.(?:ts|tsx|js|mjs|sql|css|md|json|yaml|yml)$/
/** Names of files in texts that are the reader's own. */
const foreign = [
  'agent.yaml',
  'agent.json',
  'workflow.yaml',
  'workflow.json',
  'prompt.md',
  'instructions.md',
  'receiver.js',
  'openapi.json',
]

export function readRepository(root: string): Repository {
  const paths = globSync(['*', '.*', '**/*'], { cwd: root, exclude: (name) => built.test(String(name)) })
  return { root, files: paths.map((path) => path.replaceAll('\\', '/')) }
}

/** One line for each reference of the page that leads nowhere. */
export function findBrokenReferences(repository: Repository, page: string, text: string): string[] {
  const prose = text.replaceAll(/^```[^]*?^```$/gm, '')
  const links = [
    ...[...prose.matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1]!),
    ...[...prose.matchAll(/\b(?:src|srcset|href)="([^"]+)"/g)].map((match) => match[1]!),
  ].filter((link) => !/^[a-z]+:/.test(link))
  const paths = [...prose.matchAll(/`([\w.@-]+(?:\/[\w.@*{},-]+)*\/?)`/g)].map((match) => match[1]!)
  return [
    ...links
      .filter((link) => !leadsSomewhere(repository, page, text, link))
      .map((link) => `${page}: no target: ${link}`),
    ...paths
      .filter((path) => isPath(repository, path) && !built.test(path) && !isThere(repository, path))
      .map((path) => `${page}: no such file: ${path}`),
  ]
}

function leadsSomewhere({ root }: Repository, page: string, text: string, link: string): boolean {
  const [file = '', anchor] = link.split('#')
  if (file === '') return anchorsOf(text).includes(anchor ?? '')
  const path = normalize(join(dirname(page), file))
  if (path.startsWith('..') || !existsSync(join(root, path))) return false
  return anchor === undefined || anchorsOf(readFileSync(join(root, path), 'utf8')).includes(anchor)
}

/** As GitHub makes them out of headings. */
export function anchorsOf(markdown: string): string[] {
  const anchors = new GithubSlugger()
  const headings = markdown.replaceAll(/^```[^]*?^```$/gm, '').matchAll(/^#{1,6} (.+)$/gm)
  return [...headings].map(([, heading]) => anchors.slug(heading!.trim()))
}

/** Whether the words in back-ticks are meant as a path: they begin in a folder of the repository, or end as a source file. */
function isPath({ files }: Repository, text: string): boolean {
  if (foreign.includes(text)) return false
  if (source_file.test(text)) return true
  const [first] = text.split('/')
  return text.includes('/') && (['src', 'test'].includes(first!) || files.some((file) => file.startsWith(`${first}/`)))
}

/**
 * A path counts from the root, or, where it does not begin in a folder of the root, from
 * anywhere: `http/route.ts` is `server/src/http/route.ts`. `*` stands for a part of a name.
 */
function isThere(repository: Repository, text: string): boolean {
  const path = text.replace(/\/$/, '')
  const pattern = new RegExp(`^${path.split('*').map(RegExp.escape).join('[^/]*')}$`)
  const isExact = (candidate: string) => pattern.test(candidate)
  if (repository.files.some(isExact)) return true
  if (repository.files.some((file) => file.startsWith(`${path.split('/')[0]!}/`))) return false
  const ending = new RegExp(`(^|/)${pattern.source.slice(1)}`)
  return repository.files.some((file) => ending.test(file))
}
