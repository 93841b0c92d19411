// Markdown of a model as React elements. No HTML is made of it: HTML stays text, pictures are named and not loaded, and links lead to
// https, mailto or tel only.
import type { Nodes } from 'mdast'
import { fromMarkdown } from 'mdast-util-from-markdown'
import { Fragment, type ReactNode } from 'react'
import { OutsideLink, Picture } from './widget-parts.tsx'

/** As much as a widget may have. Only imported transcripts have longer texts, which are shown as they are. */
const max_characters = 4000
/** What is nested deeper is left out. */
const max_depth = 16

export default function MarkdownText({ text }: { text: string }) {
  if (text.length > max_characters) return <p className="break-words whitespace-pre-wrap">{text}</p>
  return <div className="flex flex-col gap-1.5 break-words">{show(fromMarkdown(text), 0)}</div>
}

function childrenOf(node: Nodes, depth: number): ReactNode {
  if (!('children' in node) || depth >= max_depth) return null
  return node.children.map((child, index) => <Fragment key={index}>{show(child, depth + 1)}</Fragment>)
}

function show(node: Nodes, depth: number): ReactNode {
  const inner = () => childrenOf(node, depth)
  switch (node.type) {
    case 'text':
    case 'html':
      return node.value
    case 'paragraph':
      return <p>{inner()}</p>
    case 'heading':
      // Not an element of its own: the page has its outline.
      return <p className="font-semibold">{inner()}</p>
    case 'strong':
      return <strong>{inner()}</strong>
    case 'emphasis':
      return <em>{inner()}</em>
    case 'inlineCode':
      return <code className="rounded-sm bg-sunken px-1">{node.value}</code>
    case 'code':
      return <pre className="overflow-x-auto rounded-md bg-sunken p-2 whitespace-pre-wrap">{node.value}</pre>
    case 'blockquote':
      return <blockquote className="border-l-2 border-edge pl-2 text-soft">{inner()}</blockquote>
    case 'list':
      return node.ordered ? (
        <ol start={node.start ?? 1} className="list-decimal pl-5">
          {inner()}
        </ol>
      ) : (
        <ul className="list-disc pl-5">{inner()}</ul>
      )
    case 'listItem':
      return <li>{inner()}</li>
    case 'link':
      return <OutsideLink url={node.url}>{inner()}</OutsideLink>
    case 'image':
      return <Picture url={node.url} text={node.alt ?? undefined} />
    case 'imageReference':
      return node.alt
    case 'break':
      return <br />
    case 'thematicBreak':
      return <hr className="border-line" />
    case 'definition':
      return null
    default:
      return inner()
  }
}
