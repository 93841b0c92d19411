// A wait computes until when it waits, from the beginning of the visit.
import { workflowBounds } from '@parley/contract'
import { isTimestamp } from '../../../base/validation.ts'
import { convertValue } from '../../rules/convert-values.ts'
import type { StepConfigs } from '../../rules/resolve-definition.ts'
import { StepFailure } from '../failure.ts'
import { fillValues } from '../fill.ts'
import type { RunStep } from '../visit-run.ts'

const { least, most } = workflowBounds.wait_seconds
const refuse = (reason: string) => new StepFailure('expression_failed', reason)

export const runWait: RunStep<'wait'> = async (config, run) => {
  const { visit } = run.attempt
  const { resumable: is_resumable } = config
  if (run.context.test?.['skip_waits'] === true) return { until: visit.started_at, is_resumable }
  const { until, duration } = config
  const [path, given] = until === null ? ['duration', duration] : ['until', until]
  const [value] = await fillValues(run, [{ path, value: given }])
  const at = until === null ? visit.started_at + readDuration(config, value) : readTime(value)
  if (at - visit.started_at > most * 1000) throw refuse(`${path} must be at most ${most / 86_400} days away.`)
  return { until: at, is_resumable }
}

/** In milliseconds. */
function readDuration({ unit_seconds }: StepConfigs['wait'], given: unknown): number {
  const { value, fault } = convertValue(given, 'number')
  if (fault !== null || value === null) throw refuse('duration must be a number.')
  const seconds = (value as number) * unit_seconds
  if (seconds < least || seconds > most)
    throw refuse(`duration must be between ${least} second and ${most / 86_400} days.`)
  return Math.round(seconds * 1000)
}

/** Without a zone it is UTC. */
function readTime(value: unknown): number {
  const text = typeof value === 'string' ? value.trim() : ''
  if (!isTimestamp(text)) throw refuse('until must be a time such as 2026-01-31T09:30:00Z.')
  return Date.parse(/(?:Z|[+-]\d\d:?\d\d)$/i.test(text) ? text : `${text}Z`)
}
