// What visitors did: conversations, messages, tokens, what limits refused, and what they thought of it.
import type { WebWidget } from '@parley/contract'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { formatNumber } from '../../base/format.ts'
import { useSession } from '../../session/session-context.ts'
import { Section } from '../../settings/settings-page.tsx'
import { Facts } from '../../ui/facts.tsx'
import { ErrorState, LoadingState } from '../../ui/state.tsx'
import { useNow } from '../../ui/use-now.ts'
import { Segments } from '../preview/segments.tsx'
import { activityTexts as words } from '../section-texts.ts'
import { widgetTexts } from '../texts.ts'
import { type Day, daysUntil, totalsOf, valuesOf } from './activity.ts'
import { DayBars } from './day-bars.tsx'

const later_ms = 30_000
type Range = keyof typeof words.ranges

export function ActivitySection({ widget }: { widget: WebWidget }) {
  const { client } = useSession()
  const [range, setRange] = useState<Range>('30')
  const dates = daysUntil(useNow(), Number(range))
  const [from, to] = [dates[0]!, dates.at(-1)!]
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['web-widgets', widget.id, 'statistics', from, to],
    queryFn: ({ signal }) => client.getWebWidgetStatistics({ web_widget_id: widget.id, from, to }, { signal }),
    refetchInterval: later_ms,
  })
  const choice = <Segments label={words.range} choices={words.ranges} chosen={range} onChoose={setRange} />
  return (
    <>
      <Section title={words.title} intro={words.intro} action={choice}>
        {isPending ? (
          <LoadingState />
        ) : error ? (
          <ErrorState error={error} onRetry={() => void refetch()} />
        ) : (
          <Figures dates={dates} days={data.data} />
        )}
      </Section>
      {data && <Refusals days={data.data} />}
      <Conversations widget={widget} />
    </>
  )
}

function Figures({ dates, days }: { dates: string[]; days: Day[] }) {
  const totals = totalsOf(days)
  const { count, average } = totals.feedback
  const figures = [
    [words.conversations, totals.conversations, null],
    [words.messages, totals.messages, null],
    [words.tokens, totals.tokens, null],
    [words.feedback, count, average === null ? null : words.average(average)],
  ] as const
  const table = {
    conversations: valuesOf(dates, days, ({ conversations }) => conversations),
    messages: valuesOf(dates, days, ({ messages }) => messages),
    tokens: valuesOf(dates, days, ({ tokens }) => tokens),
  }
  return (
    <div className="flex flex-col gap-4 p-4">
      <dl className="grid grid-cols-2 gap-3 wide:grid-cols-4">
        {figures.map(([name, value, note]) => (
          <div key={name} className="min-w-0">
            <dt className="text-xs text-faint">{name}</dt>
            <dd className="numeric text-xl font-semibold">{formatNumber(value)}</dd>
            {note && <dd className="text-xs text-soft">{note}</dd>}
          </div>
        ))}
      </dl>
      {totals.conversations === 0 ? (
        <p className="text-faint">{words.nothing}</p>
      ) : (
        <DayBars dates={dates} values={table} />
      )}
    </div>
  )
}

function Refusals({ days }: { days: Day[] }) {
  const { refusals } = totalsOf(days)
  return (
    <Section title={words.refusals} intro={words.refusalsIntro}>
      {refusals.length === 0 ? (
        <p className="p-4 text-faint">{words.noRefusals}</p>
      ) : (
        <Facts
          className="p-4"
          rows={refusals.map(({ limit, count }) => [widgetTexts.limits[limit], formatNumber(count)])}
        />
      )}
    </Section>
  )
}

function Conversations({ widget: { id } }: { widget: WebWidget }) {
  const links = [
    [words.allConversations, { web_widget_id: id }],
    [words.activeConversations, { web_widget_id: id, status: 'in_progress' as const }],
  ] as const
  return (
    <Section title={words.inbox} intro={words.inboxIntro}>
      <ul className="flex flex-col gap-1 p-4">
        {links.map(([text, search]) => (
          <li key={text}>
            <Link to="/inbox" search={search} className="text-accent-strong underline underline-offset-2">
              {text}
            </Link>
          </li>
        ))}
      </ul>
    </Section>
  )
}
