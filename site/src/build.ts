// Builds the site into `dist`: a file for each page, and files whose names contain the hash of their content.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, extname, join } from 'node:path'
import { build } from 'vite'
import { createHighlight } from './highlight.ts'
import { renderLayout } from './layout.ts'
import { createLinks } from './links.ts'
import { readPages, root } from './pages.ts'
import { sizeOf } from './pictures.ts'
import { type Rendered, renderPage } from './render.ts'

const dist = join(import.meta.dirname, '..', 'dist')

/** Files of the site by their paths in `dist`. */
export type Files = Map<string, Buffer>

export async function buildSite(): Promise<void> {
  const { files, script } = await bundleScripts()
  await rm(dist, { recursive: true, force: true })
  for (const [path, content] of [...files, ...(await renderSite(script))]) {
    await mkdir(dirname(join(dist, path)), { recursive: true })
    await writeFile(join(dist, path), content)
  }
}

/** All but the scripts of pages; `script` is the address of the one that each page begins with. */
export async function renderSite(script: string): Promise<Files> {
  const files: Files = new Map()
  const add = (name: string, content: Buffer) => {
    const hash = createHash('sha256').update(content).digest('base64url').slice(0, 10)
    const path = `assets/${basename(name, extname(name))}-${hash}${extname(name)}`
    files.set(path, content)
    return path
  }
  const addFile = (path: string) => add(path, readFileSync(join(root, path)))
  const addPicture = (path: string) => ({ href: addFile(path), ...sizeOf(path, readFileSync(join(root, path))) })
  const pages = readPages()
  const highlight = await createHighlight()
  const find = createLinks(pages, addPicture)
  const rendered = new Map(pages.map((page) => [page, renderPage(page, highlight, find)]))
  const sections = pages.flatMap((page) => sectionsOf(page, rendered.get(page)!))
  const assets = {
    style: addFile('site/src/style.css'),
    // The console's, so that both have the theme that was chosen in either.
    theme: addFile('console/public/theme.js'),
    icon: addFile('console/public/icon.svg'),
    script,
    search: add('search.json', Buffer.from(JSON.stringify(sections))),
  }
  for (const page of pages) {
    files.set(`${page.name || 'index'}.html`, Buffer.from(renderLayout(page, rendered.get(page)!, pages, assets)))
  }
  return files
}

async function bundleScripts(): Promise<{ files: Files; script: string }> {
  const output = await build({
    root: import.meta.dirname,
    configFile: false,
    logLevel: 'warn',
    base: './',
    build: {
      write: false,
      modulePreload: false,
      rolldownOptions: {
        input: join(import.meta.dirname, 'client', 'main.ts'),
        output: { entryFileNames: 'assets/[name]-[hash].js', chunkFileNames: 'assets/[name]-[hash].js' },
      },
    },
  })
  if (!('output' in output)) throw new Error('the scripts are one bundle')
  const chunks = output.output.filter((part) => part.type === 'chunk')
  return {
    files: new Map(chunks.map(({ fileName, code }) => [fileName, Buffer.from(code)])),
    script: chunks.find(({ isEntry }) => isEntry)!.fileName,
  }
}

function sectionsOf({ name, title, group }: { name: string; title: string; group: string }, { sections }: Rendered) {
  return sections.map(({ heading, anchor, text }) => ({
    href: `${name || './'}${anchor === '' ? '' : `#${anchor}`}`,
    page: title,
    heading: anchor === '' ? '' : heading,
    guide: group !== 'Reference',
    text,
  }))
}
