// The visits of an execution in order, each of which opens to what it was given, what it answered, its attempts and its log.
import type { WorkflowVisit } from '@parley/contract'
import { type ReactNode, useEffect, useRef } from 'react'
import { formatClock, formatFull, formatMilliseconds } from '../../base/format.ts'
import { classes } from '../../ui/classes.ts'
import { StateLabel } from '../../ui/execution-status.tsx'
import { Icon } from '../../ui/icons.tsx'
import { stepIcons } from '../step-icons.ts'
import { stepTexts } from '../step-texts.ts'
import { Payload } from './payload.tsx'
import { runTexts as words } from './texts.ts'

interface Props {
  visits: readonly WorkflowVisit[]
  /** The position that is open. */
  opened: number | null
  onOpen: (position: number | null) => void
  renderActions?: (visit: WorkflowVisit) => ReactNode
}

export function VisitList({ visits, opened, onOpen, renderActions }: Props) {
  if (visits.length === 0) return <p className="px-4 py-3 text-faint">{words.noVisits}</p>
  return (
    <ol aria-label={words.visits} className="flex flex-col">
      {visits.map((visit) => (
        <Visit
          key={visit.position}
          visit={visit}
          isOpen={visit.position === opened}
          onToggle={() => onOpen(visit.position === opened ? null : visit.position)}
          actions={renderActions?.(visit)}
        />
      ))}
    </ol>
  )
}

interface VisitProps {
  visit: WorkflowVisit
  isOpen: boolean
  onToggle: () => void
  actions: ReactNode
}

function Visit({ visit, isOpen, onToggle, actions }: VisitProps) {
  const { position, step_name, type, status, started_at, finished_at } = visit
  const item = useRef<HTMLLIElement>(null)
  const id = `visit-${position}`
  useEffect(() => {
    if (isOpen) item.current?.scrollIntoView({ block: 'nearest' })
  }, [isOpen])
  return (
    <li ref={item} className="border-b border-line last:border-b-0">
      <button
        type="button"
        aria-expanded={isOpen}
        aria-controls={isOpen ? id : undefined}
        className="flex w-full flex-wrap items-center gap-x-2.5 gap-y-0.5 px-4 py-2 text-left hover:bg-hover"
        onClick={onToggle}
      >
        <Icon name="right" width="12" height="12" className={classes('shrink-0 text-faint', isOpen && 'rotate-90')} />
        <Icon name={stepIcons[type]} className="shrink-0 text-soft" />
        <span className="min-w-24 flex-1 font-medium break-words">{words.visit(position, step_name)}</span>
        <StateLabel status={status} text={words.visitStatuses[status]} />
        {started_at && finished_at && (
          <span className="numeric text-xs text-faint">
            {formatMilliseconds(Date.parse(finished_at) - Date.parse(started_at))}
          </span>
        )}
      </button>
      {isOpen && (
        <div id={id} className="flex flex-col gap-3 px-4 pt-1 pb-4">
          <VisitDetails visit={visit} />
          {actions && <div className="flex flex-wrap gap-2">{actions}</div>}
        </div>
      )}
    </li>
  )
}

export function VisitDetails({ visit }: { visit: WorkflowVisit }) {
  const { status, branch, type, input, output, error, logs, attempts, effect_sent, until } = visit
  const isHidden = input === undefined && output === undefined && logs === undefined
  return (
    <>
      <p className="flex flex-wrap gap-x-3 text-xs text-faint">
        <span>{stepTexts.kinds[type]}</span>
        {type === 'condition' && status === 'success' && <span>{words.branch(branch ?? words.otherwise)}</span>}
        {until && status === 'waiting' && <span>{words.until(formatFull(until))}</span>}
        {until && status === 'retrying' && <span>{words.again(formatFull(until))}</span>}
        {visit.input_tokens !== null && <span>{words.tokens(visit.input_tokens, visit.output_tokens ?? 0)}</span>}
      </p>
      {error && <Payload label={words.error} value={`${stepTexts.errorCodes[error.code]}: ${error.message}`} isBad />}
      {effect_sent && status !== 'success' && <p className="text-xs text-warn">{words.effectSent}</p>}
      {isHidden && <p className="text-xs text-faint">{words.hidden}</p>}
      {input !== undefined && input !== null && <Payload label={words.input} value={input} />}
      {output !== undefined && (status === 'success' || output !== null) && (
        <Payload label={words.output} value={output} />
      )}
      {logs && <Payload label={words.logs} value={logs} />}
      {(attempts.length > 1 || attempts.some((attempt) => attempt.error)) && <Attempts attempts={attempts} />}
    </>
  )
}

function Attempts({ attempts }: Pick<WorkflowVisit, 'attempts'>) {
  return (
    <section aria-label={words.attempts(attempts.length)}>
      <p className="text-xs font-semibold text-faint">{words.attempts(attempts.length)}</p>
      <ol className="flex flex-col">
        {attempts.map(({ number, started_at, finished_at, error }) => (
          <li key={number} className="flex flex-wrap gap-x-3 py-0.5">
            <span>{words.attempt(number)}</span>
            <time dateTime={started_at} className="numeric text-faint">
              {formatClock(started_at)}
            </time>
            {finished_at && (
              <span className="numeric text-faint">
                {formatMilliseconds(Date.parse(finished_at) - Date.parse(started_at))}
              </span>
            )}
            {error && <span className="break-words text-bad">{error.message}</span>}
          </li>
        ))}
      </ol>
    </section>
  )
}
