// What is wrong with the configuration of a trigger that its schema cannot say. Pure.
import { eventTypes, organizationEventTypes } from '@parley/contract'
import { isObject } from '../../agents/rules/config-faults.ts'
import { checkPatterns } from '../../webhooks/rules/deliveries.ts'
import { type Problem, type Segment, problemAt } from './problems.ts'
import { findCronFault, isTimeZone } from './schedule-times.ts'

type Config = Record<string, unknown>

/** Of a trigger that meets its schema. */
export function findTriggerProblems(config: Config, at: Segment[]): Problem[] {
  switch (config['type']) {
    case 'timer':
      return timerProblems(config, at)
    case 'webhook':
      return webhookProblems(config, at)
    case 'event':
      return eventProblems(config, at)
    default:
      return []
  }
}

function timerProblems({ cron, timezone }: Config, at: Segment[]): Problem[] {
  const problems: Problem[] = []
  if (typeof timezone === 'string' && !isTimeZone(timezone)) {
    problems.push(problemAt([...at, 'timezone'], 'invalid', 'is not a time zone; use a name such as Europe/Berlin'))
  }
  if (typeof cron !== 'string' || cron.trim() === '') {
    return [...problems, problemAt([...at, 'cron'], 'required', 'is required: five fields such as `0 9 * * 1-5`')]
  }
  const fault = findCronFault(cron)
  return fault === null ? problems : [...problems, problemAt([...at, 'cron'], 'invalid', fault)]
}

function webhookProblems({ signature }: Config, at: Segment[]): Problem[] {
  if (!isObject(signature)) return []
  const path = [...at, 'signature']
  const missing = (key: string, what: string) =>
    isGiven(signature[key]) ? [] : [problemAt([...path, key], 'required', `is required: ${what}`)]
  return [
    ...missing('secret', 'the name of a secret of the organization'),
    ...(signature['type'] === 'hmac' ? missing('header', 'the header that has the signature') : []),
  ]
}

/** Executions start none: each would tell of several more. */
const started_by: readonly string[] = [...eventTypes, ...organizationEventTypes]

function eventProblems({ events }: Config, at: Segment[]): Problem[] {
  const path = [...at, 'events']
  if (!Array.isArray(events) || events.length === 0) {
    return [problemAt(path, 'required', 'must have at least one event type or pattern')]
  }
  return checkPatterns(events as string[], started_by).map(({ path: index, message }) =>
    problemAt([...path, index.slice('events.'.length)], 'invalid', message),
  )
}

const isGiven = (value: unknown) => value !== undefined && value !== null
