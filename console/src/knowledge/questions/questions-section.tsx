// What conversations asked a knowledge base, the weakest answers first.
import type { Dataset, DatasetRetrieval, RetrievalOutcome } from '@parley/contract'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { formatFull, formatMoment } from '../../base/format.ts'
import { describeRetrieval, toneOf } from '../../passages/describe-retrieval.ts'
import { DegradedNotes, PassagePlace, formatScore } from '../../passages/passage.tsx'
import { passageTexts } from '../../passages/texts.ts'
import { useSession } from '../../session/session-context.ts'
import { Needs } from '../../settings/settings-page.tsx'
import { classes } from '../../ui/classes.ts'
import { controlClasses } from '../../ui/control-classes.ts'
import { Disclosure } from '../../ui/disclosure.tsx'
import { Icon } from '../../ui/icons.tsx'
import { ErrorState, LoadingState } from '../../ui/state.tsx'
import { useNow } from '../../ui/use-now.ts'
import { questionTexts as words } from './texts.ts'
import { weakestFirst } from './weakest-first.ts'

/** The API lists the newest first, so this many are read and put in order here. */
const [page_size, pages_at_most] = [100, 5]
const day_ms = 86_400_000
const periods = { day: day_ms, week: 7 * day_ms, month: 30 * day_ms, ever: null } as const
type Period = keyof typeof periods
const outcomes = ['found', 'nothing', 'failed', 'timed_out'] as const satisfies RetrievalOutcome[]

export function QuestionsSection({ dataset }: { dataset: Dataset }) {
  return (
    <Needs scopes={['conversations:read_sensitive']} to={words.needs}>
      <Questions dataset_id={dataset.id} />
    </Needs>
  )
}

function useQuestions(dataset_id: string, period: Period, outcome: RetrievalOutcome | null) {
  const { client } = useSession()
  return useQuery({
    queryKey: ['dataset-retrievals', dataset_id, period, outcome],
    queryFn: async ({ signal }) => {
      const ms = periods[period]
      const filters = {
        ...(ms === null ? {} : { created_after: new Date(Date.now() - ms).toISOString() }),
        ...(outcome === null ? {} : { outcome }),
      }
      const rows: DatasetRetrieval[] = []
      let cursor: string | null = null
      for (let page = 0; page < pages_at_most; page += 1) {
        const start: { cursor?: string } = cursor === null ? {} : { cursor }
        const input = { dataset_id, limit: page_size, ...filters, ...start }
        const { data, pagination } = await client.listDatasetRetrievals(input, { signal })
        rows.push(...data)
        cursor = pagination.next_cursor
        if (cursor === null) break
      }
      return { rows, isCut: cursor !== null }
    },
  })
}

function Questions({ dataset_id }: { dataset_id: string }) {
  const [period, setPeriod] = useState<Period>('month')
  const [outcome, setOutcome] = useState<RetrievalOutcome | null>(null)
  const { data, error, isPending, refetch } = useQuestions(dataset_id, period, outcome)
  const now = useNow()
  const rows = weakestFirst(data?.rows ?? [])
  return (
    <>
      <div className="flex flex-wrap items-center gap-2">
        <p className="min-w-0 flex-1 basis-64 text-soft text-pretty">{words.intro}</p>
        <select
          aria-label={words.since}
          className={`${controlClasses} w-auto! pr-1`}
          value={period}
          onChange={({ target }) => setPeriod(target.value as Period)}
        >
          {(Object.keys(periods) as Period[]).map((name) => (
            <option key={name} value={name}>
              {words.periods[name]}
            </option>
          ))}
        </select>
        <select
          aria-label={words.outcome}
          className={`${controlClasses} w-auto! pr-1`}
          value={outcome ?? ''}
          onChange={({ target }) => setOutcome(outcomes.find((known) => known === target.value) ?? null)}
        >
          <option value="">{words.all}</option>
          {outcomes.map((known) => (
            <option key={known} value={known}>
              {passageTexts.outcomes[known]}
            </option>
          ))}
        </select>
      </div>
      {isPending && <LoadingState />}
      {error && <ErrorState error={error} onRetry={() => void refetch()} />}
      {data && rows.length === 0 && (
        <p className="px-4 py-6 text-center text-faint text-pretty">
          {outcome === null && period === 'ever' ? words.empty : words.emptyFiltered}
        </p>
      )}
      {rows.length > 0 && (
        <ol aria-label={words.list} className="rounded-lg border border-line bg-surface">
          {rows.map((row) => (
            <li key={row.id} className="border-t border-line first:border-t-0">
              <Question dataset_id={dataset_id} row={row} now={now} />
            </li>
          ))}
        </ol>
      )}
      {data?.isCut && <p className="text-center text-xs text-faint">{words.cut(data.rows.length)}</p>}
    </>
  )
}

function Question({ dataset_id, row, now }: { dataset_id: string; row: DatasetRetrieval; now: Date }) {
  const tone = toneOf(row)
  return (
    <Disclosure
      className="group"
      summary={
        <summary className="flex list-none flex-wrap items-baseline gap-x-4 gap-y-0.5 px-4 py-2 hover:bg-hover">
          <Icon
            name="right"
            width="12"
            height="12"
            className="-mr-2 shrink-0 self-center text-faint transition-transform group-open:rotate-90"
          />
          <span dir="auto" className="line-clamp-2 min-w-0 flex-1 basis-60 break-words">
            {row.query ?? words.noQuery}
          </span>
          <span
            className={classes('numeric text-xs', { quiet: 'text-faint', warn: 'text-warn', bad: 'text-bad' }[tone])}
          >
            {words.best} {row.best_score === null ? words.none : formatScore(row.best_score)}
          </span>
          <time dateTime={row.created_at} title={formatFull(row.created_at)} className="numeric text-xs text-faint">
            {formatMoment(row.created_at, now)}
          </time>
        </summary>
      }
    >
      <div className="flex flex-col gap-2 px-4 py-3">
        <p className="numeric text-xs text-faint">{describeRetrieval(row)}</p>
        <DegradedNotes degraded={row.degraded} />
        <ol className="flex flex-col gap-1">
          {row.chunks.map((chunk) => (
            <li key={chunk.chunk_id} className="flex flex-wrap gap-x-3">
              <PassagePlace {...chunk} />
              <span className="numeric text-xs text-faint">{formatScore(chunk.score)}</span>
            </li>
          ))}
        </ol>
        <p className="flex gap-4">
          <Link
            to="/conversations/$conversation_id"
            params={{ conversation_id: row.conversation_id }}
            className="underline underline-offset-2"
          >
            {words.conversation}
          </Link>
          {row.query !== null && (
            <Link
              to="/knowledge/$dataset_id"
              params={{ dataset_id }}
              search={{ section: 'try', query: row.query.slice(0, 8000) }}
              className="underline underline-offset-2"
            >
              {words.try}
            </Link>
          )}
        </p>
      </div>
    </Disclosure>
  )
}
