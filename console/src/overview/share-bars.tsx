// The parts of a whole as bars, the largest first. It is a list, so it needs no text alternative.
import { Link } from '@tanstack/react-router'
import { formatNumber } from '../base/format.ts'
import type { ConversationFilters } from '@parley/contract'
import { overviewTexts as words } from './texts.ts'
import { classes } from '../ui/classes.ts'
import { formatShare } from '../charts/bucket-text.ts'

interface Props {
  title: string
  hint: string
  /** Shown if all counts are zero. */
  none: string
  counts: Readonly<Record<string, number | undefined>>
  names: Readonly<Record<string, string>>
  isBad?: boolean
  /** The filters that list the conversations of a part; null if nothing lists them. */
  listOf: (name: string) => ConversationFilters | null
}

export function ShareBars({ title, hint, none, counts, names, isBad = false, listOf }: Props) {
  const parts = Object.entries(counts)
    .flatMap(([name, count]) => (count ? [{ name, count }] : []))
    .toSorted((a, b) => b.count - a.count)
  const total = parts.reduce((sum, { count }) => sum + count, 0)
  return (
    <section aria-label={title} className="rounded-lg border border-line bg-surface p-4">
      <h2 className="font-semibold">{title}</h2>
      <p className="mb-3 text-xs text-faint">{hint}</p>
      {parts.length === 0 && <p className="text-faint">{none}</p>}
      <ul className="flex flex-col gap-2">
        {parts.map(({ name, count }) => (
          <li key={name}>
            <span className="flex justify-between gap-4">
              <Name text={names[name] ?? name} list={listOf(name)} />
              <span className="numeric text-soft">
                {formatNumber(count)} <span className="text-faint">{words.share(formatShare(count / total))}</span>
              </span>
            </span>
            <span className="mt-1 block h-1.5 overflow-hidden rounded-full bg-sunken" aria-hidden="true">
              <span
                className={classes('block h-full rounded-full', isBad ? 'bg-bad' : 'bg-accent')}
                style={{ width: `${(100 * count) / total}%` }}
              />
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}

function Name({ text, list }: { text: string; list: ConversationFilters | null }) {
  if (list === null) return <span>{text}</span>
  return (
    <Link to="/inbox" search={list} className="underline decoration-line underline-offset-4 hover:decoration-accent">
      {text}
    </Link>
  )
}
