// Takes from what a widget allows (B8), exactly, over all nodes: counters in the database, taken together or not at all.
import type { WebWidgetLimits, WidgetLimit } from '@parley/contract'
import { type Executor, acrossOrganizations, statement } from '../database/database.ts'
import { rowsOf } from '../database/rows.ts'
import type { Store, TransactionStore } from '../database/store.ts'
import type { Signer } from '../sealing/seal.ts'
import { type Allowance, subjectsOfStart } from './rules/allowances.ts'

export interface Refused {
  limit: WidgetLimit
  /** Null: of a cap of the whole widget. */
  wait_seconds: number | null
}

/** Nobody can tell from it what was counted. */
export function subjectOf(sign: Signer, { limit, of }: Pick<Allowance, 'limit' | 'of'>): Buffer {
  return sign(`${limit} ${of}`)
}

/** Subjects, limits and seconds. */
export const valuesOf = (sign: Signer, allowances: readonly Allowance[]) => [
  allowances.map((allowance) => subjectOf(sign, allowance)),
  allowances.map(({ most }) => most),
  allowances.map(({ seconds }) => seconds),
]

const takeOneStatement = statement(
  'take_allowance',
  `select refused, wait_seconds from take_web_widget_allowances(widget => $2, organization => $1 /* organization_id */,
     subjects => $3, limits => $4, seconds => $5)`,
)

/** Of what no setting of the widget limits. Returns the seconds until it counts again; null: taken. */
export async function takeOf(
  store: Store,
  widget_id: string,
  subject: Buffer,
  { most, seconds }: { most: number; seconds: number },
): Promise<number | null> {
  const values = [store.organization_id, widget_id, [subject], [most], [seconds]]
  const [row] = await store.query<{ refused: number | null; wait_seconds: number }>(takeOneStatement, values)
  return row!.refused === null ? null : row!.wait_seconds
}

const beginStatement = statement(
  'begin_web_widget_conversation',
  `select outcome, active_id, refused, wait_seconds, is_linked from begin_web_widget_conversation(
     organization => $1 /* organization_id */, widget => $2, conversation => $3, visitor => $4, per_day => $5,
     most_active => $6, most_tokens => $7, subjects => $8, limits => $9, seconds => $10)`,
)

export type Beginning =
  | { outcome: 'begun'; is_linked: boolean }
  /** The visitor has this active conversation. */
  | { outcome: 'resumed'; conversation_id: string }
  | { outcome: 'refused'; refused: Refused }

interface BeginRow {
  outcome: 'begun' | 'resumed' | 'allowance' | WidgetLimit
  active_id: string
  refused: number
  wait_seconds: number
  is_linked: boolean
}

export interface NewActive {
  widget_id: string
  user_id: string
  conversation_id: string
}

/** Part of the commit of a start, which must roll back unless it is `begun`. */
export async function beginConversation(
  tx: TransactionStore,
  sign: Signer,
  { widget_id, user_id, conversation_id }: NewActive,
  limits: WebWidgetLimits,
  allowances: readonly Allowance[],
): Promise<Beginning> {
  const [row] = await tx.query<BeginRow>(beginStatement, [
    ...[tx.organization_id, widget_id, conversation_id, user_id],
    ...[limits.conversations_per_day, limits.active_conversations, limits.tokens_per_day],
    ...valuesOf(sign, allowances),
  ])
  const { outcome, active_id, refused, wait_seconds, is_linked } = row!
  if (outcome === 'begun') return { outcome, is_linked }
  if (outcome === 'resumed') return { outcome, conversation_id: active_id }
  if (outcome !== 'allowance') return { outcome: 'refused', refused: { limit: outcome, wait_seconds: null } }
  return { outcome: 'refused', refused: { limit: allowances[refused - 1]!.limit, wait_seconds } }
}

/** Of the active conversations that have ended since the last start; beyond, only the commit of a start knows how many are active. */
const most_ended = 1000

const peekStatement = acrossOrganizations(
  'visitors name a widget, not its organization',
  'read_start_allowances',
  `select wanted.call,
     (select coalesce(jsonb_object_agg(s.n, jsonb_build_object('used', a.used,
        'wait_seconds', greatest(1, ceil(extract(epoch from a.until - clock_timestamp()))::integer))), '{}')
      from unnest(array[wanted.of_address, wanted.of_visitor]) with ordinality s (subject, n)
      join web_widget_allowances a on a.widget_id = wanted.widget_id and a.subject = s.subject and a.until > clock_timestamp()) as taken,
     coalesce((select (d.counters ->> 'conversations')::bigint from web_widget_days d
               where d.widget_id = wanted.widget_id and d.day = (clock_timestamp() at time zone 'UTC')::date), 0) as today,
     coalesce((select c.active from web_widget_active_counts c where c.widget_id = wanted.widget_id), 0) as active,
     (select count(*) from (
        select from web_widget_freed f where f.widget_id = wanted.widget_id limit ${most_ended}) ended)::integer as ended,
     (select a.conversation_id from web_widget_active a
      where a.widget_id = wanted.widget_id and a.user_id = wanted.user_id) as active_id,
     count_web_widget_tokens(wanted.widget_id) as tokens
   from ${rowsOf('wanted', 'widget_id uuid, user_id text, of_address bytea, of_visitor bytea')}`,
)

/** What a start would meet. */
export interface Outlook {
  /** By the place of the allowance. */
  taken: Record<string, { used: number; wait_seconds: number }>
  today: number
  /** As of the last start. */
  active: number
  ended: number
  /** The visitor has this active conversation. */
  active_id: string | null
  tokens: number
}

/** Takes nothing, and is read together with others of the moment. */
export async function peekAtStart(
  executor: Executor,
  sign: Signer,
  { widget_id, user_id, network }: { widget_id: string; user_id: string; network: string },
): Promise<Outlook> {
  const [of_address, of_visitor] = subjectsOfStart({ network, user_id }).map((subject) => subjectOf(sign, subject))
  const wanted = [widget_id, user_id, of_address, of_visitor]
  const [outlook] = await executor.lookUp<Outlook>(peekStatement, wanted, widget_id)
  return outlook!
}

/** What would be refused now. The commit of the start decides. */
export function foreseeRefusal(
  { taken, today, active, ended, tokens }: Outlook,
  limits: WebWidgetLimits,
  allowances: readonly Allowance[],
): Refused | null {
  const cap = (limit: WidgetLimit): Refused => ({ limit, wait_seconds: null })
  const usedUp = allowances.findIndex(({ most }, index) => (taken[index + 1]?.used ?? 0) >= most)
  if (usedUp >= 0) return { limit: allowances[usedUp]!.limit, wait_seconds: taken[usedUp + 1]!.wait_seconds }
  if (today >= limits.conversations_per_day) return cap('conversations_per_day')
  if (ended < most_ended && active - ended >= limits.active_conversations) return cap('active_conversations')
  return limits.tokens_per_day !== null && tokens >= limits.tokens_per_day ? cap('tokens_per_day') : null
}

export const startsOfAddress = ({ taken }: Outlook): number => taken[1]?.used ?? 0
