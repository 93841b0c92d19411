// HTML as a document whose hidden parts are gone.
import { corrupt } from './converter.ts'
import type { DomDocument, DomNode } from './dom.ts'
import { WritableStream as ParserStream } from 'htmlparser2/WritableStream'
// Of its entries the one that is a single file: the other one loads a hundred.
import { parseHTML } from 'linkedom/worker'

/** A full document, whatever the source was: all of its content is in its body. */
export function documentOf(html: string): DomDocument {
  checkDepth(html)
  // Turndown takes quadratic time for long runs of white space.
  const short = html.replaceAll(/\s{500,}/g, (run) => (run.includes('\n') ? '\n\n' : ' '))
  const document = parse(short)
  const { body, documentElement } = document
  const outside = [
    ...[...documentElement.childNodes].filter((node) => node !== body && nameOf(node) !== 'HEAD'),
    ...[...document.childNodes].filter((node) => node !== documentElement && nameOf(node) !== '#DOCUMENT-TYPE'),
  ]
  for (const node of outside) body.appendChild(node)
  return document
}

/** A part of a page gets a root. */
function parse(html: string): DomDocument {
  const parsed = parseHTML(html) as unknown as { document: DomDocument }
  const root = parsed.document.documentElement as DomDocument['documentElement'] | null
  if (root !== null && nameOf(root) === 'HTML') return parsed.document
  return (parseHTML(`<html>${html}</html>`) as unknown as { document: DomDocument }).document
}

const nameOf = (node: DomNode) => node.nodeName.toUpperCase()

/** Browsers do not go deeper; libraries that do run out of stack, or of time. */
const max_depth = 512

/** Before a document is made: making a very deep one takes quadratic time. By the parser that makes it. */
function checkDepth(html: string): void {
  let depth = 0
  const parser = new ParserStream({
    onopentagname() {
      depth += 1
      if (depth > max_depth) throw corrupt(`The page is nested more than ${max_depth} levels deep.`)
    },
    onclosetag() {
      depth -= 1
    },
  })
  parser.write(html)
}

/** What no reader sees, or what is not text. */
const unseen = [
  'script',
  'style',
  'noscript',
  'template',
  'iframe',
  'object',
  'embed',
  'svg',
  'canvas',
  'audio',
  'video',
  'select',
  'input',
  'textarea',
  'button',
  'dialog:not([open])',
  '[hidden]',
  '[aria-hidden="true"]',
].join(',')

const hiding =
  /(?:^|[;{\s])(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|opacity\s*:\s*0(?:\.0+)?(?![.\d])|font-size\s*:\s*0(?:px|em|rem|pt|%)?(?![.\d])|clip-path\s*:\s*inset\((?:50|100)%\)|(?:left|top|text-indent)\s*:\s*-\d{4,}px)/i

const max_rules = 200

/** Scripts, styles, comments, and elements that are hidden by an attribute, their style, or a style sheet of the page. */
export function removeUnseen(document: DomDocument): void {
  const hidden = hiddenSelectors(document)
  remove(document, unseen)
  for (const selector of hidden) remove(document, selector)
  for (const element of [...document.querySelectorAll('[style]')]) {
    if (hiding.test(withoutComments(element.getAttribute('style') ?? ''))) element.remove()
  }
  const walker = document.createTreeWalker(document, 128)
  const comments: DomNode[] = []
  while (walker.nextNode()) comments.push(walker.currentNode)
  for (const comment of comments) comment.parentNode?.removeChild(comment)
}

function remove(document: DomDocument, selector: string): void {
  try {
    for (const element of [...document.querySelectorAll(selector)]) {
      if (!['HTML', 'BODY'].includes(element.tagName.toUpperCase())) element.remove()
    }
  } catch {
    // A selector that is not understood hides nothing.
  }
}

/** Of rules that always hold: those within `@media` and the like do not. */
function hiddenSelectors(document: DomDocument): string[] {
  const selectors: string[] = []
  for (const sheet of document.querySelectorAll('style')) {
    // What is hidden in print is for readers.
    if (!/^\s*(all|screen)?\s*$/i.test(sheet.getAttribute('media') ?? '')) continue
    for (const { selector, body } of readRules(withoutComments(sheet.textContent ?? ''))) {
      if (selectors.length >= max_rules) return selectors
      if (!selector.startsWith('@') && !selector.includes(':') && hiding.test(body)) selectors.push(selector)
    }
  }
  return selectors
}

function withoutComments(css: string): string {
  const parts: string[] = []
  for (let at = 0; ;) {
    const open = css.indexOf('/*', at)
    parts.push(css.slice(at, open < 0 ? css.length : open))
    const close = open < 0 ? -1 : css.indexOf('*/', open + 2)
    if (close < 0) return parts.join(' ')
    at = close + 2
  }
}

function* readRules(css: string): Generator<{ selector: string; body: string }> {
  let depth = 0
  let start = 0
  let opened = 0
  for (let at = 0; at < css.length; at += 1) {
    const mark = css[at]
    if (mark === '{') {
      if (depth === 0) opened = at
      depth += 1
    } else if (mark === '}' && depth > 0) {
      depth -= 1
      if (depth === 0) {
        yield { selector: css.slice(start, opened).trim(), body: css.slice(opened, at) }
        start = at + 1
      }
    } else if (mark === ';' && depth === 0) start = at + 1
  }
}
