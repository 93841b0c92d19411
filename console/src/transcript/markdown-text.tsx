// Markdown of a model as React elements. No HTML is made of it: HTML stays text, pictures are named and not loaded, and links lead to
// https, mailto or tel only.
import type { Nodes, Table } from 'mdast'
import { fromMarkdown } from 'mdast-util-from-markdown'
import { gfmTableFromMarkdown } from 'mdast-util-gfm-table'
import { gfmTable } from 'micromark-extension-gfm-table'
import { Fragment, type ReactNode } from 'react'
import { classes } from '../ui/classes.ts'
import { transcriptTexts } from './texts.ts'
import { OutsideLink, Picture } from './widget-parts.tsx'

/** As much as a widget may have. Only imported transcripts have longer texts, which are shown as they are. */
const max_characters = 4000
/** What is nested deeper is left out. */
const max_depth = 16

const withTables = { extensions: [gfmTable()], mdastExtensions: [gfmTableFromMarkdown()] }

export default function MarkdownText({ text, most = max_characters }: { text: string; most?: number }) {
  if (text.length > most) return <p className="break-words whitespace-pre-wrap">{text}</p>
  return <div className="flex flex-col gap-1.5 break-words">{show(fromMarkdown(text, withTables), 0)}</div>
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
    case 'table':
      return <TextTable table={node} depth={depth} />
    case 'thematicBreak':
      return <hr className="border-line" />
    case 'definition':
      return null
    default:
      return inner()
  }
}

/** Scrolls on its own where it is wider than the text. */
function TextTable({ table, depth }: { table: Table; depth: number }) {
  const [head, ...rows] = table.children
  const cells = ({ children }: Table['children'][number], Cell: 'th' | 'td') =>
    children.map((cell, index) => (
      <Cell
        key={index}
        scope={Cell === 'th' ? 'col' : undefined}
        className={classes(
          'min-w-16 border-b border-line px-2 py-1 align-top',
          Cell === 'th' && 'font-medium',
          table.align?.[index] === 'right' && 'text-right',
          table.align?.[index] === 'center' && 'text-center',
        )}
      >
        {childrenOf(cell, depth + 1)}
      </Cell>
    ))
  return (
    <div
      role="group"
      aria-label={transcriptTexts.table}
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      className="max-w-full overflow-x-auto"
    >
      <table className="border-collapse text-left">
        <thead>
          <tr>{head && cells(head, 'th')}</tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={index}>{cells(row, 'td')}</tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
