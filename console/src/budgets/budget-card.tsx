// One budget: what is spent of it as a bar, a forecast, and what can be done with it.
import { useAgentName } from '../agent-names/use-agents.ts'
import { formatMoment } from '../base/format.ts'
import type { Budget } from '../billing/use-budgets.ts'
import { formatShare } from '../charts/bucket-text.ts'
import { useSession } from '../session/session-context.ts'
import { Button, IconButton } from '../ui/button.tsx'
import { classes } from '../ui/classes.ts'
import { useNow } from '../ui/use-now.ts'
import { forecastOf } from './forecast.ts'
import { budgetTexts as words, formatAmount } from './texts.ts'

interface Props {
  budget: Budget
  currency: string | null
  onEdit: () => void
  onPause: () => void
  onDelete: () => void
}

export function BudgetCard({ budget, currency, onEdit, onPause, onDelete }: Props) {
  const session = useSession()
  const agent = useAgentName(session, budget.agent_id ?? undefined)
  const { name, unit, amount, period, state, subtree, stop, active, set_by } = budget
  const isOwn = set_by === session.organization.id
  const covers = agent === undefined ? (subtree ? words.withBelow : words.wholeOrganization) : words.agent(agent)
  return (
    <li className="flex flex-col gap-2 border-b border-line px-4 py-3 last:border-b-0">
      <div className="flex flex-wrap items-start gap-x-4 gap-y-1">
        <div className="min-w-0 flex-1 basis-60">
          <h3 className="font-semibold break-words">{name}</h3>
          <p className="text-xs text-faint">
            {[
              `${formatAmount(unit, amount, currency)} ${words.inPeriod[period]}`,
              covers,
              stop ? words.stops : words.warnsOnly,
            ].join(' · ')}
          </p>
        </div>
        <Status budget={budget} />
        {isOwn && (
          <div className="flex gap-1">
            <Button aria-label={words.editOne(name)} onClick={onEdit}>
              {words.edit}
            </Button>
            <Button aria-label={active ? words.pauseOne(name) : words.resumeOne(name)} onClick={onPause}>
              {active ? words.pause : words.resume}
            </Button>
            <IconButton icon="trash" label={words.deleteOne(name)} onClick={onDelete} />
          </div>
        )}
      </div>
      <Bar budget={budget} />
      <p className="flex flex-wrap justify-between gap-x-4">
        <span className="numeric font-medium">
          {words.spentOf(formatAmount(unit, state.spent, currency), formatAmount(unit, amount, currency))}
        </span>
        <span className="numeric text-soft">{words.share(formatShare(state.share))}</span>
      </p>
      <Outlook budget={budget} currency={currency} />
      {!isOwn && <p className="text-xs text-faint">{words.fromAbove}</p>}
    </li>
  )
}

type Shown = keyof typeof words.statuses
const shownStatus = ({ active, state }: Budget): Shown => (active ? state.status : 'paused')

const dots: Record<Shown, string> = {
  ok: 'bg-good',
  warned: 'bg-warn',
  stopped: 'bg-bad',
  paused: 'border-2 border-faint',
}

function Status({ budget }: { budget: Budget }) {
  const status = shownStatus(budget)
  return (
    <span className="flex h-8 items-center gap-1.5 whitespace-nowrap">
      <span className={classes('size-2 shrink-0 rounded-full', dots[status])} />
      {words.statuses[status]}
    </span>
  )
}

const bars: Record<Shown, string> = { ok: 'bg-accent', warned: 'bg-warn', stopped: 'bg-bad', paused: 'bg-faint' }

/** With a mark at each share that warns. */
function Bar({ budget }: { budget: Budget }) {
  const { name, state, warn_at } = budget
  const percent = Math.round(Math.min(1, Math.max(0, state.share)) * 100)
  return (
    <div
      role="progressbar"
      aria-label={words.bar(name)}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
      aria-valuetext={words.share(formatShare(state.share))}
      className="relative h-2 overflow-hidden rounded-full bg-sunken"
    >
      <div className={classes('h-full rounded-full', bars[shownStatus(budget)])} style={{ width: `${percent}%` }} />
      {warn_at
        .filter((share) => share < 1)
        .map((share) => (
          <span key={share} className="absolute inset-y-0 w-0.5 bg-ink/60" style={{ left: `${share * 100}%` }} />
        ))}
    </div>
  )
}

function Outlook({ budget: { unit, amount, state, active }, currency }: Pick<Props, 'budget' | 'currency'>) {
  const now = useNow()
  const { period_start, period_end } = state
  if (period_end === null || !active) return null
  const spending = { spent: Number(state.spent), amount: Number(amount), period_start, period_end }
  const forecast = forecastOf(spending, now.getTime())
  return (
    <p className="text-xs text-faint">
      {forecast
        ? words.forecast(formatAmount(unit, forecast.spent, currency), formatShare(forecast.share))
        : words.tooEarly}{' '}
      {forecast?.reached_at && (
        <strong className="font-semibold text-warn">{words.reached(formatMoment(forecast.reached_at, now))}</strong>
      )}{' '}
      {words.ends(formatMoment(period_end, now))}
    </p>
  )
}
