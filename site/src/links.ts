// Where a link of a page leads on the site: to another page, to a file that the site has, or to nothing but the name of a file.
import { posix } from 'node:path'
import type { Page } from './pages.ts'

export type Target =
  | { kind: 'link'; href: string }
  | { kind: 'picture'; href: string; width: number; height: number }
  /** A file of the repository that the site does not have. */
  | { kind: 'file'; path: string }

export type FindTarget = (page: Page, link: string) => Target

/** A picture of the site: its address below `/docs/`, and its size in pixels. */
export interface Picture {
  href: string
  width: number
  height: number
}

/** `addPicture` is told the path of each picture that a page shows. */
export function createLinks(pages: readonly Page[], addPicture: (path: string) => Picture): FindTarget {
  const names = new Map(pages.map(({ file, name }) => [file, name]))
  return (page, link) => {
    if (/^(?:https?:|mailto:|#)/.test(link)) return { kind: 'link', href: link }
    const [path = '', anchor] = link.split('#')
    const file = posix.normalize(posix.join(posix.dirname(page.file), path))
    const name = names.get(file)
    if (name !== undefined) return { kind: 'link', href: `${name || './'}${anchor === undefined ? '' : `#${anchor}`}` }
    if (file === 'docs/openapi.json') return { kind: 'link', href: '../openapi.json' }
    if (/^docs\/.+\.(?:png|svg)$/.test(file)) return { kind: 'picture', ...addPicture(file) }
    return { kind: 'file', path: file }
  }
}
