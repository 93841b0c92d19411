// Says, before a budget is saved, what it stops, from when on, and until when.
import { useAgentName } from '../agent-names/use-agents.ts'
import { formatMoment } from '../base/format.ts'
import type { Budget } from '../billing/use-budgets.ts'
import { formatShare } from '../charts/bucket-text.ts'
import { useSession } from '../session/session-context.ts'
import { useNow } from '../ui/use-now.ts'
import { type BudgetDraft, readAmount } from './budget-draft.ts'
import { forecastOf } from './forecast.ts'
import { nextStart, periodStart } from './period-start.ts'
import { budgetTexts, formatAmount } from './texts.ts'
import { useSpent } from './use-spent.ts'

const words = budgetTexts.effect

interface Props {
  draft: BudgetDraft
  /** The one that is changed. */
  budget: Budget | undefined
  currency: string | null
}

export function StopEffect({ draft, budget, currency }: Props) {
  const session = useSession()
  const agent = useAgentName(session, draft.agent_id === '' ? undefined : draft.agent_id)
  const spent = useSpent(session, draft, budget)
  const now = useNow()
  const { unit, period, time_zone, message } = draft
  const amount = readAmount(draft)
  const ends = nextStart(period, time_zone, now.getTime())
  const isReached = amount !== null && spent !== null && spent >= amount
  return (
    <section
      aria-label={words.title}
      aria-live="polite"
      className="flex flex-col gap-2 rounded-md bg-sunken px-3 py-2.5 text-soft"
    >
      <h3 className="font-semibold text-ink">{words.title}</h3>
      {isReached && <p className="font-medium text-bad">{words.now(formatAmount(unit, spent, currency))}</p>}
      {amount !== null && <p>{words.when(formatAmount(unit, amount, currency), budgetTexts.inPeriod[period])}</p>}
      <ul className="flex list-disc flex-col gap-1 pl-4">
        <li>{agent === undefined ? words.whole : words.agent(agent)}</li>
        <li>{message.trim() === '' ? words.refused : words.message}</li>
        {message.trim() === '' && <li>{words.told}</li>}
        <li>{words.others}</li>
        <li>{ends === null ? words.forGood : words.until(formatMoment(new Date(ends).toISOString(), now))}</li>
      </ul>
      {!isReached && <Pace draft={draft} amount={amount} spent={spent} currency={currency} now={now} ends={ends} />}
    </section>
  )
}

interface PaceProps {
  draft: BudgetDraft
  amount: number | null
  spent: number | null
  currency: string | null
  now: Date
  ends: number | null
}

function Pace({ draft: { unit, period, time_zone }, amount, spent, currency, now, ends }: PaceProps) {
  if (spent === null) return <p>{words.unknown}</p>
  if (amount === null) return null
  const start = periodStart(period, time_zone, now.getTime())
  const text = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString())
  const forecast = forecastOf({ spent, amount, period_start: text(start), period_end: text(ends) }, now.getTime())
  return (
    <p>
      {words.spent(formatAmount(unit, spent, currency), formatShare(spent / amount))}{' '}
      {forecast?.reached_at && <strong>{words.soon(formatMoment(forecast.reached_at, now))}</strong>}
    </p>
  )
}
