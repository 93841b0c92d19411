// The overview: what happened in a time range, for all agents or for one.
import { type EndReason, type UnansweredOutcome, conversationReadAccess } from '@parley/contract'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { formatFull } from '../base/format.ts'
import { useSession } from '../session/session-context.ts'
import { useTitle } from '../shell/use-title.ts'
import { texts } from '../texts/index.ts'
import { overviewTexts as words } from './texts.ts'
import { EmptyState, ErrorState, LoadingState } from '../ui/state.tsx'
import { Charts } from './charts.tsx'
import { FigureRow } from './figures.tsx'
import { RangeBar } from './range-bar.tsx'
import { ShareBars } from './share-bars.tsx'
import { type Counts, type Figures, useStatistics } from './use-statistics.ts'
import { createdWithin } from './view.ts'

export function OverviewPage() {
  useTitle(words.title)
  const session = useSession()
  const view = useSearch({ from: '/pages/overview' })
  const navigate = useNavigate({ from: '/overview' })
  const isAllowed = conversationReadAccess.some((scope) => session.scopes.has(scope))
  const { data, error, isPending, isPlaceholderData, refetch } = useStatistics(session, view, isAllowed)
  return (
    <>
      <header className="flex flex-wrap items-center gap-x-6 gap-y-2 border-b border-line px-4 py-2.5 wide:px-5">
        <h1 className="text-lg font-semibold">{words.title}</h1>
        <RangeBar view={view} onChange={(search) => void navigate({ search, replace: true })} />
        {error && data && (
          <p role="status" className="ml-auto flex items-center gap-1.5 text-xs text-faint">
            <span className="size-1.5 rounded-full bg-warn" />
            {texts.outOfDate}
          </p>
        )}
      </header>
      <div
        role="group"
        aria-label={words.title}
        // It scrolls, so it takes the focus.
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        className="min-h-0 flex-1 overflow-y-auto p-4 outline-none focus-visible:shadow-[inset_0_0_0_2px_var(--color-accent)] wide:p-5"
      >
        {!isAllowed && (
          <EmptyState icon="lock" title={words.forbiddenTitle}>
            {words.forbidden(conversationReadAccess)}
          </EmptyState>
        )}
        {isAllowed && isPending && <LoadingState />}
        {error && !data && <ErrorState error={error} onRetry={() => void refetch()} />}
        {data && (
          // Until the figures of the new range arrive, the old ones are dimmed.
          <div aria-busy={isPlaceholderData} className={isPlaceholderData ? 'opacity-50' : undefined}>
            <Shown figures={data} agent_id={view.agent_id} />
          </div>
        )}
      </div>
    </>
  )
}

const isQuiet = ({ conversations, user_messages, ended, replies, failed_turns, cancelled_turns }: Counts) =>
  conversations + user_messages + ended + replies + failed_turns + cancelled_turns === 0

function Shown({ figures, agent_id }: { figures: Figures; agent_id: string | undefined }) {
  const { now } = figures
  const { reply: _answered, ...unanswered } = now.totals.outcomes
  const begun = { ...createdWithin(now), ...(agent_id === undefined ? {} : { agent_id }) }
  return (
    <div className="flex flex-col gap-4">
      <FigureRow figures={figures} agent_id={agent_id} />
      {isQuiet(now.totals) ? (
        <EmptyState icon="overview" title={words.emptyTitle}>
          {words.empty}
        </EmptyState>
      ) : (
        <>
          <Charts statistics={now} agent_id={agent_id} />
          <div className="grid gap-4 roomy:grid-cols-2">
            <ShareBars
              title={words.ends.title}
              hint={words.ends.hint}
              none={words.ends.none}
              counts={now.totals.end_reasons}
              names={texts.endReasons}
              // No list shows deleted conversations.
              listOf={(name) => (name === 'deleted' ? null : { ...begun, parley_end_reason: name as EndReason })}
            />
            <ShareBars
              title={words.failures.title}
              hint={words.failures.hint}
              none={words.failures.none}
              counts={unanswered}
              names={texts.outcomes}
              listOf={(name) => ({ ...begun, parley_turn_outcome: name as UnansweredOutcome })}
              isBad
            />
          </div>
        </>
      )}
      <p className="text-xs text-faint">{words.note(formatFull(now.from), formatFull(now.to))}</p>
    </div>
  )
}
