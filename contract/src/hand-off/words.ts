// The words, defaults and bounds of hand-off as plain data, for schemas, server, console and widget. It imports nothing.

/** Who answers the end user. `queue` and `person` together are called outside: there the agent is silent. */
export const handlers = ['agent', 'queue', 'person'] as const
export type HandledBy = (typeof handlers)[number]

/** Why a model asks for a person. */
export const modelReasons = ['asked_for_person', 'cannot_help', 'complaint', 'sensitive', 'other'] as const
export type ModelReason = (typeof modelReasons)[number]

/** Why a caller asks for a person. */
export const callerReasons = ['requested', ...modelReasons] as const
export type CallerReason = (typeof callerReasons)[number]

export const ruleReasons = ['failed_replies', 'keyword', 'low_confidence'] as const
export type RuleReason = (typeof ruleReasons)[number]

/** Why a conversation left its agent, or came back to its queue. */
export const handoffReasons = [
  ...callerReasons,
  ...ruleReasons,
  'taken_directly',
  'transferred',
  'person_gone',
] as const
export type HandoffReason = (typeof handoffReasons)[number]

/** Lowest first. */
export const priorities = ['low', 'normal', 'high', 'urgent'] as const
export type Priority = (typeof priorities)[number]

/** `external`: a person of another desk, whom an organization key names. */
export const assigneeTypes = ['user', 'external'] as const

/** Who wrote a message. */
export const authorTypes = ['end_user', 'agent', 'user', 'system'] as const
export type AuthorType = (typeof authorTypes)[number]

/** Who changed who handles a conversation. */
export const handlingActors = ['credential', 'user', 'end_user', 'agent', 'system'] as const
export type HandlingActorType = (typeof handlingActors)[number]

/**
 * What made a change of handling: an operation, the agent's tool, a rule of its version, a round of offers, a due time, a holder who
 * is gone, a member who was removed or has lost the scope, a message of the end user, a limit, closed hours, a test conversation, or the end of a team.
 */
export const handlingCauses = [
  'call',
  'tool',
  'rule',
  'round_robin',
  'offer_over',
  'wait_over',
  'due',
  'person_gone',
  'member_removed',
  'message',
  'limit',
  'closed',
  'test',
  'team_deleted',
] as const
export type HandlingCause = (typeof handlingCauses)[number]

/** What follows a reply of a person, in the same commit. */
export const afterReply = ['keep', 'return', 'end'] as const
export type AfterReply = (typeof afterReply)[number]

export const slaStates = ['running', 'met', 'breached'] as const
export type SlaState = (typeof slaStates)[number]

export const slaTargets = ['first_response', 'next_response', 'resolution'] as const
export type SlaTarget = (typeof slaTargets)[number]

/** How end users see the name of a team's member: the whole name, its first word, or the name of the team. */
export const shownNames = ['name', 'first_name', 'team'] as const
export type ShownName = (typeof shownNames)[number]

export const assignmentModes = ['manual', 'round_robin'] as const
export const waitFallbacks = ['return', 'end'] as const
export const outsideHoursActions = ['queue', 'decline'] as const
export const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const
export type Weekday = (typeof weekdays)[number]

export const availabilities = ['away', 'available'] as const
export type Availability = (typeof availabilities)[number]

/** What somebody does on a conversation's page. */
export const presenceStates = ['viewing', 'typing', 'idle'] as const
export type PresenceState = (typeof presenceStates)[number]

export const inboxViews = ['mine', 'unassigned', 'all', 'snoozed', 'ended'] as const
export type InboxView = (typeof inboxViews)[number]

/** `waiting`: the highest priority first, then the longest unanswered. */
export const inboxOrders = ['waiting', 'newest'] as const
export type InboxOrder = (typeof inboxOrders)[number]

/** Who is asked for a rating: after each conversation, or only after those that a person took part in. */
export const satisfactionAsks = ['always', 'person'] as const

/** Which conversations responders see: all, or those of their teams, of no team, and those that they hold. */
export const respondersSee = ['all', 'teams'] as const
export type RespondersSee = (typeof respondersSee)[number]

export const moodLevels = ['calm', 'slightly_frustrated', 'frustrated', 'angry'] as const
export const confidences = ['high', 'medium', 'low'] as const

/** The settings of `hand_off` and `satisfaction` in the configuration of an agent that does not mention them. */
export const handOffDefaults = {
  enabled: false,
  max_per_conversation: 5,
  asked_for_person: true,
  after_failed_replies: 2,
  low_confidence: { threshold: 0.4, consecutive: 2 },
  relay_in_reply: false,
  satisfaction: { enabled: false, ask: 'person', valid_hours: 72 },
} as const

/** The settings of a team that does not mention them. They also hold for conversations without a team. */
export const teamDefaults = {
  is_default: false,
  external: false,
  shown_name: 'name',
  assignment: { mode: 'manual', capacity: 5, accept_seconds: 60 },
  gone: { offline_seconds: 300, unanswered_seconds: 86_400 },
  idle: { end_after_seconds: 86_400 },
  wait: { max_seconds: 1800, fallback: 'return', message: 'A person will answer you here.' },
  sla: { warn_before_seconds: 300 },
  outside_hours: {
    action: 'queue',
    message: 'We are closed. A person will answer when we open again.',
    max_wait_seconds: 86_400,
  },
} as const

/** Maximum entries of lists and characters of texts, and the ranges of numbers. */
export const handOffBounds = {
  text: 1000,
  message: 2000,
  return_note: 2000,
  max_per_conversation: { least: 1, most: 50 },
  teams_of_agent: 20,
  keywords: 100,
  keyword: 100,
  after_failed_replies: { least: 1, most: 10 },
  consecutive: { least: 1, most: 10 },
  external: { id: 128, name: 200 },
  snooze: { least_seconds: 60, most_seconds: 31_536_000 },
  tags: 20,
  tag: 40,
  tags_of_organization: 1000,
  unanswered_messages: 200,
  note: 16_000,
  notes: 1000,
  canned_reply: { title: 200, text: 8000 },
  canned_replies: 2000,
  teams: 100,
  team: { name: 200, members: 500, message: 2000 },
  capacity: { least: 1, most: 100 },
  accept_seconds: { least: 10, most: 3600 },
  seconds: { least: 5, most: 31_536_000 },
  wait_seconds: { least: 10, most: 604_800 },
  windows: 28,
  holidays: 200,
  instructions: 2000,
  rating: { least: 1, most: 5 },
  rating_comment: 2000,
  question: 500,
  valid_hours: { least: 1, most: 8760 },
  held: 1000,
  viewers: 50,
  queue_position: 100,
  counted: 10_000,
  last_message: 200,
} as const

export const teamKeyPattern = '^[a-z0-9]+(-[a-z0-9]+)*$'
export const shortcutPattern = '^[a-z0-9-]{1,40}$'
