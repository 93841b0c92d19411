// What an agent says, as nodes. A block is read again only if its own text has changed, so that a long reply stays quick while it grows.
import { Component, type ComponentChildren } from 'preact'
import { safeAddress } from '../markdown/address.ts'
import type { Cited } from '../course/view.ts'
import type { Say } from '../texts/texts.ts'
import { type Block, parseBlocks, splitBlocks } from '../markdown/blocks.ts'
import { type Inline, parseInline } from '../markdown/inline.ts'

interface Props {
  text: string
  isComing?: boolean
}

export class Markdown extends Component<Props> {
  override shouldComponentUpdate({ text, isComing }: Props) {
    return text !== this.props.text || isComing !== this.props.isComing
  }

  override render({ text, isComing = false }: Props) {
    const blocks = splitBlocks(text)
    return (
      <div class="md">
        {blocks.map((source, index) => (
          <OneBlock key={index} source={source} isComing={isComing && index === blocks.length - 1} />
        ))}
      </div>
    )
  }
}

interface BlockProps {
  source: string
  isComing: boolean
}

class OneBlock extends Component<BlockProps, { hasFailed: boolean }> {
  override state = { hasFailed: false }

  /** Then its text is shown as it was written; the chat goes on. */
  static override getDerivedStateFromError() {
    return { hasFailed: true }
  }

  override shouldComponentUpdate({ source, isComing }: BlockProps, { hasFailed }: { hasFailed: boolean }) {
    return hasFailed !== this.state.hasFailed || source !== this.props.source || isComing !== this.props.isComing
  }

  override render({ source, isComing }: BlockProps) {
    return this.state.hasFailed ? (
      <p class="pre">{source}</p>
    ) : (
      <Blocks blocks={parseBlocks(source)} isComing={isComing} />
    )
  }
}

interface BlocksProps {
  blocks: Block[]
  isComing: boolean
  /** Within a list or a quote, which has one direction as a whole: its marks stand where its lines begin. */
  isInner?: boolean
}

function Blocks({ blocks, isComing, isInner = false }: BlocksProps) {
  return (
    <>
      {blocks.map((block, index) => (
        <OneKind key={index} block={block} isComing={isComing} dir={isInner ? undefined : 'auto'} />
      ))}
    </>
  )
}

function OneKind({ block, isComing, dir }: { block: Block; isComing: boolean; dir: 'auto' | undefined }) {
  const inline = (text: string) => parseInline(text, isComing).map(renderInline)
  switch (block.type) {
    case 'paragraph':
      return <p dir={dir}>{inline(block.text)}</p>
    case 'heading':
      return <h3 dir={dir}>{inline(block.text)}</h3>
    case 'rule':
      return <hr />
    case 'code':
      return (
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, by keyboard too
        <pre dir="ltr" tabIndex={0}>
          <code>{block.text}</code>
        </pre>
      )
    case 'quote':
      return (
        <blockquote dir={dir}>
          <Blocks blocks={block.content} isComing={isComing} isInner />
        </blockquote>
      )
    case 'list': {
      const items = block.items.map((content, index) => (
        <li key={index}>
          <Blocks blocks={content} isComing={isComing} isInner />
        </li>
      ))
      return block.start === null ? (
        <ul dir={dir}>{items}</ul>
      ) : (
        <ol dir={dir} start={block.start}>
          {items}
        </ol>
      )
    }
    case 'table':
      return (
        <Wide>
          <thead>
            <tr>
              {block.head.map((cell, index) => (
                <th scope="col" key={index}>
                  {inline(cell)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {block.rows.map((row, index) => (
              <tr key={index}>
                {row.map((cell, column) => (
                  <td key={column}>{inline(cell)}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </Wide>
      )
  }
}

/** What a reply refers to. */
export function Sources({ cited, say }: { cited: readonly Cited[]; say: Say }) {
  return (
    <ul class="sources" aria-label={say('source')}>
      {cited.map(({ number, source_name, url }) => {
        const href = url ? safeAddress(url) : null
        return (
          <li class="note" key={number}>
            [{number}] {href ? <Link href={href}>{source_name}</Link> : <bdi>{source_name}</bdi>}
          </li>
        )
      })}
    </ul>
  )
}

/** A table that scrolls by itself, by keyboard too. */
export function Wide({ children }: { children: ComponentChildren }) {
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, by keyboard too
    <div class="wide" tabIndex={0} role="group">
      <table>{children}</table>
    </div>
  )
}

function renderInline(node: Inline): ComponentChildren {
  if (typeof node === 'string') return node
  switch (node.type) {
    case 'break':
      return <br />
    case 'code':
      return <code>{node.text}</code>
    case 'link':
      return <Link href={node.href}>{node.content.map(renderInline)}</Link>
    default: {
      const Tag = node.type
      return <Tag>{node.content.map(renderInline)}</Tag>
    }
  }
}

export function Link({ href, children, ...rest }: { href: string; children: ComponentChildren; class?: string }) {
  return (
    <a href={href} title={href} target="_blank" rel="noopener nofollow noreferrer" {...rest}>
      {children}
    </a>
  )
}
