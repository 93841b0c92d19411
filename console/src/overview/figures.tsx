// The totals of a range, each with the value of the period before.
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { formatMilliseconds, formatNumber } from '../base/format.ts'
import { texts } from '../texts/index.ts'
import { overviewTexts as words } from './texts.ts'
import { formatChange, formatCompact, formatShare } from '../charts/bucket-text.ts'
import type { Counts, Figures } from './use-statistics.ts'
import { createdWithin } from './view.ts'

const own = words.figures

interface Figure {
  name: string
  read: (counts: Counts) => number | null
  show: (value: number) => string
}

/** The share of turns that failed; cancelled turns do not count. */
const failureRate = ({ replies, failed_turns }: Counts) =>
  replies + failed_turns === 0 ? null : failed_turns / (replies + failed_turns)

const conversations: Figure = { name: own.conversations, read: (counts) => counts.conversations, show: formatNumber }

const figures: readonly Figure[] = [
  { name: own.replies, read: ({ replies }) => replies, show: formatNumber },
  { name: own.failures, read: failureRate, show: formatShare },
  { name: own.p50, read: ({ latency }) => latency?.total?.p50_ms ?? null, show: formatMilliseconds },
  { name: own.p95, read: ({ latency }) => latency?.total?.p95_ms ?? null, show: formatMilliseconds },
  { name: own.tokens, read: ({ input_tokens, output_tokens }) => input_tokens + output_tokens, show: formatCompact },
]

export function FigureRow({ figures: { now, before }, agent_id }: { figures: Figures; agent_id: string | undefined }) {
  const agent = agent_id === undefined ? {} : { agent_id }
  const shown = (figure: Figure, link?: (text: string) => ReactNode) => (
    <Tile
      key={figure.name}
      figure={figure}
      now={figure.read(now.totals)}
      before={before && figure.read(before)}
      link={link}
    />
  )
  const begun = (text: string) => (
    <Link to="/inbox" search={{ ...createdWithin(now), ...agent }} className={linkClasses}>
      {text}
    </Link>
  )
  return (
    <dl className="grid grid-cols-2 overflow-hidden rounded-lg border border-line bg-surface wide:grid-cols-4 roomy:grid-cols-7">
      {shown(conversations, begun)}
      <div className={tileClasses}>
        <dt className="text-xs text-faint">{own.active}</dt>
        <dd className={valueClasses}>
          <Link to="/inbox" search={{ status: 'in_progress', ...agent }} className={linkClasses}>
            {formatNumber(now.active_conversations)}
          </Link>
        </dd>
      </div>
      {figures.map((figure) => shown(figure))}
    </dl>
  )
}

/** Lines between the figures; the outermost ones are cut off. */
const tileClasses = '-mr-px -mb-px border-r border-b border-line px-4 py-3'
const valueClasses = 'numeric text-xl font-semibold'
const linkClasses = 'rounded underline decoration-line underline-offset-4 hover:decoration-accent'

interface TileProps {
  figure: Figure
  now: number | null
  before: number | null
  link?: ((text: string) => ReactNode) | undefined
}

function Tile({ figure: { name, show }, now, before, link }: TileProps) {
  const text = now === null ? texts.none : show(now)
  const change = formatChange(now, before)
  return (
    <div className={tileClasses}>
      <dt className="text-xs text-faint">{name}</dt>
      <dd className={valueClasses}>{link ? link(text) : text}</dd>
      {change !== null && (
        <dd className="numeric text-xs text-faint" title={words.before(show(before!))}>
          {change} <span className="sr-only">{words.before(show(before!))}</span>
        </dd>
      )}
    </div>
  )
}
