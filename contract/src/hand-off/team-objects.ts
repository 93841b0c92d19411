// A team: who answers, how conversations come to them, how long each wait may be, and when they are there.
import type { Static, TSchema } from 'typebox'
import { Type } from '../type.ts'
import { Id, Timestamp, named, nullable, oneOf } from '../schema.ts'
import {
  assignmentModes,
  handOffBounds,
  outsideHoursActions,
  shownNames,
  teamDefaults,
  teamKeyPattern,
  waitFallbacks,
  weekdays,
} from './words.ts'

const range = ({ least, most }: { least: number; most: number }, description: string) =>
  Type.Integer({ minimum: least, maximum: most, description })
const text = (description: string) => nullable(Type.String({ maxLength: handOffBounds.team.message, description }))
const clock = (description: string) => Type.String({ pattern: '^([01]\\d|2[0-3]):[0-5]\\d$', description })
const { seconds } = handOffBounds
const { assignment, gone, idle, wait, sla, outside_hours } = teamDefaults

const assignmentFields = {
  mode: oneOf(
    assignmentModes,
    `\`round_robin\`: each is offered to the available member who has the fewest. Default \`${assignment.mode}\`: people take what they choose.`,
  ),
  capacity: range(
    handOffBounds.capacity,
    `How many conversations a member is given at once, offered ones included, snoozed ones not. Default ${assignment.capacity}.`,
  ),
  accept_seconds: range(handOffBounds.accept_seconds, `How long an offer holds. Default ${assignment.accept_seconds}.`),
}

const goneFields = {
  offline_seconds: range(
    seconds,
    `The holder who is offline so long while the end user waits loses the conversation to the queue. Default ${gone.offline_seconds}.`,
  ),
  unanswered_seconds: range(
    seconds,
    `The holder who does not answer for so long loses it, online or not. Default ${gone.unanswered_seconds}.`,
  ),
}

const idleFields = {
  end_after_seconds: nullable(
    range(
      seconds,
      `The conversation ends (\`inactivity\`) when the end user is silent for so long after an answer; null: never. Default ${idle.end_after_seconds}.`,
    ),
  ),
  end_message: text('Said when it ends so. Default null: nothing.'),
}

const waitFields = {
  max_seconds: range(
    handOffBounds.wait_seconds,
    `How long a conversation waits for a person. Default ${wait.max_seconds}.`,
  ),
  fallback: oneOf(
    waitFallbacks,
    `What follows then: \`return\` to the agent, which answers what is unanswered; \`end\` with \`nobody_available\`. Default \`${wait.fallback}\`.`,
  ),
  message: text(
    `Said when a person is asked for; a template with \`team\`, \`position\` and \`opens_at\`; null: nothing. Default: “${wait.message}”`,
  ),
  end_message: text('Said when the wait ends the conversation; the same variables. Default null: nothing.'),
}

const slaFields = {
  first_response_seconds: nullable(range(seconds, 'Default null: no such target.')),
  next_response_seconds: nullable(range(seconds, 'Default null: no such target.')),
  resolution_seconds: nullable(range(seconds, 'Default null: no such target.')),
  warn_before_seconds: range(
    seconds,
    `How long before the due time a warning is given. Default ${sla.warn_before_seconds}.`,
  ),
}

const Window = Type.Object({
  day: oneOf(weekdays),
  from: clock('`HH:MM`, in the time zone of the team.'),
  to: clock('`HH:MM`. At or before `from`: on the next day.'),
})

const Holiday = Type.Object(
  {
    date: Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' }),
    name: Type.String({ maxLength: 200 }),
    from: Type.Optional(nullable(clock('Null: closed all day.'))),
    to: Type.Optional(nullable(clock('Null: closed all day.'))),
  },
  { description: 'Replaces the windows that begin on that day.' },
)

const BusinessHours = Type.Object(
  {
    time_zone: Type.String({ minLength: 1, maxLength: 64, description: 'An IANA name such as `Europe/Berlin`.' }),
    weekly: Type.Array(Window, { maxItems: handOffBounds.windows }),
    holidays: Type.Optional(nullable(Type.Array(Holiday, { maxItems: handOffBounds.holidays }))),
  },
  {
    description:
      'A local time that a change of the clock leaves out is read one gap later; of one that comes twice, opening takes the first and closing the second.',
  },
)
export type BusinessHours = Static<typeof BusinessHours>

const outsideHoursFields = {
  action: oneOf(
    outsideHoursActions,
    `What a request does while the team is closed: it waits, or it is declined. Default \`${outside_hours.action}\`.`,
  ),
  message: text(`Said instead of \`wait.message\` then; null: nothing. Default: “${outside_hours.message}”`),
  max_wait_seconds: range(
    handOffBounds.wait_seconds,
    `How long it waits at most when it began while closed. Default ${outside_hours.max_wait_seconds}.`,
  ),
}

const members = Type.Array(Id, {
  maxItems: handOffBounds.team.members,
  description: 'The `user_id` of each. Each must be a member with `conversations:reply` (422).',
})

function orNull(schema: TSchema): TSchema {
  const { anyOf, type } = schema as { anyOf?: unknown; type?: unknown }
  return anyOf !== undefined || Array.isArray(type) ? schema : nullable(schema)
}

/** The same fields, each of which may be left out or null for its default. */
type Loose<T> = { [K in keyof T]?: T[K] | null }
function loose<Fields extends Record<string, TSchema>>(fields: Fields, description: string) {
  const each = Object.entries(fields).map(([name, schema]) => [name, Type.Optional(orNull(schema))] as const)
  const schema = Type.Object(Object.fromEntries(each), { description })
  return Type.Unsafe<Loose<{ [K in keyof Fields]: Static<Fields[K]> }>>(schema)
}

export const Team = named(
  'Team',
  Type.Object({
    id: Id,
    key: Type.String({ description: 'Unique within the organization.' }),
    name: Type.String(),
    is_default: Type.Boolean({ description: 'Whether it is asked where no other team is named.' }),
    external: Type.Boolean({ description: 'Whether another desk answers: it has no members and gets no offers.' }),
    members,
    shown_name: oneOf(
      shownNames,
      'What end users and models see as the name of a member who answers. Instead of a member’s address: the name of the team.',
    ),
    assignment: Type.Object(assignmentFields),
    gone: Type.Object(goneFields),
    idle: Type.Object(idleFields),
    wait: Type.Object(waitFields),
    sla: Type.Object(slaFields),
    business_hours: nullable(BusinessHours),
    outside_hours: Type.Object(outsideHoursFields),
    is_open: Type.Boolean({ description: 'Whether it is open now.' }),
    changes_at: nullable(
      Type.String({ format: 'date-time', description: 'When it next opens or closes; null: never.' }),
    ),
    revision: Type.Integer({ description: 'Rises with each change. For `If-Match`.' }),
    created_at: Timestamp,
    updated_at: Timestamp,
  }),
)
export type Team = Static<typeof Team>

const optional = <T extends Parameters<typeof nullable>[0]>(schema: T) => Type.Optional(nullable<T>(schema))

/** What a caller says about a team. Objects that are given replace the stored ones whole. */
export const teamInput = {
  is_default: optional(
    Type.Boolean({
      description: `Whether it is asked where no other team is named; the team that was is not any more. Default ${teamDefaults.is_default}.`,
    }),
  ),
  external: optional(Type.Boolean({ description: `Default ${teamDefaults.external}.` })),
  members: optional(members),
  shown_name: optional(oneOf(shownNames, `Default \`${teamDefaults.shown_name}\`.`)),
  assignment: optional(loose(assignmentFields, 'How conversations come to members.')),
  gone: optional(loose(goneFields, 'When a holder who is gone loses the conversation.')),
  idle: optional(loose(idleFields, 'When silence of the end user ends it.')),
  wait: optional(loose(waitFields, 'A wait keeps the rules that it began with.')),
  sla: optional(loose(slaFields, 'Promised times, in open hours. A time snoozed does not count.')),
  business_hours: Type.Optional({ ...nullable(BusinessHours), description: 'Null: always open. Default null.' }),
  outside_hours: optional(loose(outsideHoursFields, 'What a request does while the team is closed.')),
}

export const teamKey = Type.String({ minLength: 1, maxLength: 63, pattern: teamKeyPattern })
export const teamName = Type.String({ minLength: 1, maxLength: handOffBounds.team.name, pattern: '\\S' })
