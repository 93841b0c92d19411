// Says on every page that a budget has stopped agents, to those who can do something about it.
import { Link } from '@tanstack/react-router'
import { useAgentName } from '../agent-names/use-agents.ts'
import { formatMoment } from '../base/format.ts'
import { useSession } from '../session/session-context.ts'
import { Icon } from '../ui/icons.tsx'
import { useNow } from '../ui/use-now.ts'
import { billingTexts } from './texts.ts'
import { type Budget, useBudgets } from './use-budgets.ts'

const words = billingTexts.notice

export function BudgetNotice() {
  const { data } = useBudgets(useSession())
  const stopped = data?.filter(({ state }) => state.status === 'stopped') ?? []
  const [first] = stopped
  if (first === undefined) return null
  return (
    <div
      role="region"
      aria-label={words.label}
      className="flex shrink-0 flex-wrap items-center gap-x-2.5 gap-y-1 border-b border-line bg-bad-wash px-4 py-2 text-bad wide:px-5"
    >
      <Icon name="stop" className="shrink-0" />
      <p role="alert" className="min-w-0 flex-1 basis-48 break-words">
        {stopped.length === 1 ? (
          <OneStopped budget={first} />
        ) : (
          <>
            <strong className="font-semibold">{words.several(stopped.length)}</strong> {words.some}
          </>
        )}
      </p>
      <Link to="/settings/budgets" className="rounded font-medium underline underline-offset-2">
        {words.open}
      </Link>
    </div>
  )
}

function OneStopped({ budget: { name, agent_id, state } }: { budget: Budget }) {
  const agent = useAgentName(useSession(), agent_id ?? undefined)
  const now = useNow()
  const effect = agent === undefined ? words.all : words.agent(agent)
  return (
    <>
      <strong className="font-semibold">{words.one(name)}</strong>{' '}
      {state.period_end === null ? words.forGood(effect) : words.until(effect, formatMoment(state.period_end, now))}
    </>
  )
}
