// What the kinds of steps and triggers are called, and the names of their fields.
import type { ExecutionErrorCode, StepType, TriggerType, ValueType, WaitUnit } from '@parley/contract'
import { formatCount } from '../base/format.ts'

const kinds: Record<StepType, string> = {
  trigger: 'Trigger',
  input: 'Input form',
  code: 'Code',
  condition: 'Condition',
  http: 'API call',
  app: 'Connection',
  output: 'Output',
  wait: 'Wait',
  note: 'Note',
}

const kindHints: Record<StepType, string> = {
  trigger: 'What starts the workflow',
  input: 'Starts with values that a caller gives',
  code: 'Run JavaScript of your own',
  condition: 'Choose the way by what is true',
  http: 'Send a request to another system',
  app: 'Use a tool of a connection, or of Parley itself',
  output: 'End with a result',
  wait: 'Go on later: minutes, hours, days',
  note: 'A remark for people, never carried out',
}

const triggers: Record<TriggerType, string> = {
  post_call: 'When a conversation ends',
  pre_call: 'Before a conversation begins',
  ongoing_conversation: 'When an agent uses it as a tool',
  timer: 'On a schedule',
  webhook: 'When another system sends a request',
  event: 'When an event happens',
  manual: 'When it is called through the API, or by hand',
}

/** Names for new steps. */
const freshNames: Record<StepType, string> = {
  trigger: 'Start',
  input: 'Input',
  code: 'Code',
  condition: 'Condition',
  http: 'API call',
  app: 'Call',
  output: 'Output',
  wait: 'Wait',
  note: 'Note',
}

const units: Record<WaitUnit, readonly [string, string]> = {
  seconds: ['second', 'seconds'],
  minutes: ['minute', 'minutes'],
  hours: ['hour', 'hours'],
  days: ['day', 'days'],
}

const types: Record<ValueType, string> = {
  any: 'Anything',
  string: 'Text',
  number: 'Number',
  boolean: 'Yes or no',
  array: 'List',
  object: 'Object',
}

const errorCodes: Record<ExecutionErrorCode | 'cancelled', string> = {
  input_invalid: 'The input is not valid',
  expression_failed: 'An expression failed',
  ai_failed: 'The model did not answer',
  budget_exceeded: 'A budget is used up',
  code_failed: 'The code failed',
  http_failed: 'The request failed',
  http_status: 'The answer has an error status',
  address_refused: 'The address is not allowed',
  response_too_large: 'The answer is too large',
  app_failed: 'The tool failed',
  unknown_outcome: 'It is not known whether the request had its effect',
  output_invalid: 'The output is not valid',
  output_too_large: 'The output is too large',
  context_too_large: 'The outputs are too large together',
  loop_limit: 'The step was reached too often',
  step_limit: 'There were too many steps',
  timed_out: 'It took too long',
  not_started: 'It waited a day for its turn',
  internal: 'Something went wrong in the server',
  cancelled: 'Cancelled',
}

export const stepTexts = {
  kinds,
  kindHints,
  triggers,
  freshNames,
  types,
  errorCodes,
  unit: (unit: WaitUnit, count: number) => units[unit][count === 1 ? 0 : 1],
  units,
  wait: (count: number, unit: WaitUnit) => formatCount(count, ...units[unit]),
  waitOf: (text: string) => `For ${text}`,
  waitUntil: (text: string) => `Until ${text}`,
  branches: (count: number) => formatCount(count, 'branch', 'branches'),
  fields: (count: number) => formatCount(count, 'field', 'fields'),
  lines: (count: number) => formatCount(count, 'line', 'lines'),
  unset: 'Not set up yet',
  ports: {
    next: 'Then',
    otherwise: 'Otherwise',
    error: 'If it fails',
    branch: (name: string) => `If “${name}”`,
  },
  /** At a line of the graph. */
  portLabels: { otherwise: 'otherwise', error: 'fails' },
} as const
