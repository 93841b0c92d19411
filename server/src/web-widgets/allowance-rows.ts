// Takes from what a widget allows (B8), exactly, over all nodes: counters in the database, taken together or not at all.
import type { WebWidgetLimits, WidgetLimit } from '@parley/contract'
import { statement } from '../database/database.ts'
import type { Store, TransactionStore } from '../database/store.ts'
import type { Signer } from '../sealing/seal.ts'
import type { Allowance } from './rules/allowances.ts'

export interface Refused {
  limit: WidgetLimit
  /** Null: of a cap of the whole widget. */
  wait_seconds: number | null
}

/** Nobody can tell from it what was counted. */
export function subjectOf(sign: Signer, { limit, of }: Pick<Allowance, 'limit' | 'of'>): Buffer {
  return sign(`${limit} ${of}`)
}

const valuesOf = (sign: Signer, allowances: readonly Allowance[]) => [
  allowances.map((allowance) => subjectOf(sign, allowance)),
  allowances.map(({ most }) => most),
  allowances.map(({ seconds }) => seconds),
]

const takeStatement = statement(
  'admit_web_widget_message',
  `select refused, wait_seconds from admit_web_widget_message(organization => $1 /* organization_id */, widget => $2,
     subjects => $3, limits => $4, seconds => $5, most_tokens => $6)`,
)

/** For a message: one of each, or none. Null: taken. */
export async function takeForMessage(
  store: Store,
  sign: Signer,
  widget_id: string,
  { tokens_per_day }: Pick<WebWidgetLimits, 'tokens_per_day'>,
  allowances: readonly Allowance[],
): Promise<Refused | null> {
  const values = [store.organization_id, widget_id, ...valuesOf(sign, allowances), tokens_per_day]
  const [row] = await store.query<{ refused: number | null; wait_seconds: number | null }>(takeStatement, values)
  const { refused, wait_seconds } = row!
  if (refused === null) return null
  return refused === 0
    ? { limit: 'tokens_per_day', wait_seconds: null }
    : { limit: allowances[refused - 1]!.limit, wait_seconds }
}

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

const peekStatement = statement(
  'read_start_allowances',
  `select (select coalesce(jsonb_object_agg(n, jsonb_build_object('used', a.used,
             'wait_seconds', greatest(1, ceil(extract(epoch from a.until - clock_timestamp()))::integer))), '{}')
           from unnest($3::bytea[]) with ordinality s (subject, n)
           join web_widget_allowances a on a.widget_id = $2 and a.subject = s.subject and a.until > clock_timestamp()) as taken,
          coalesce((select (d.counters ->> 'conversations')::bigint from web_widget_days d
                    where d.widget_id = $2 and d.day = (clock_timestamp() at time zone 'UTC')::date), 0) as today,
          case when (select count(*) from web_widget_active where widget_id = $2) < $5 then 0
            else (select count(distinct conversation_id) from web_widget_active where organization_id = $1 and widget_id = $2)
          end as active,
          (select conversation_id from web_widget_active where organization_id = $1 and widget_id = $2 and user_id = $4) as active_id,
          count_web_widget_tokens($2) as tokens`,
)

interface Peek {
  taken: Record<string, { used: number; wait_seconds: number }>
  today: number
  /** 0: fewer than the limit. */
  active: number
  active_id: string | null
  tokens: number
}

export interface Outlook {
  /** The visitor has this active conversation. */
  active_id: string | null
  /** What would be refused now. */
  refused: Refused | null
  starts_of_address: number
}

/** Takes nothing: what a start would meet, before it costs a CAPTCHA or a greeting. Its commit decides. */
export async function peekAtStart(
  store: Store,
  sign: Signer,
  { widget_id, user_id }: Pick<NewActive, 'widget_id' | 'user_id'>,
  limits: WebWidgetLimits,
  allowances: readonly Allowance[],
): Promise<Outlook> {
  const subjects = allowances.map((allowance) => subjectOf(sign, allowance))
  const values = [store.organization_id, widget_id, subjects, user_id, limits.active_conversations]
  const [peek] = await store.query<Peek>(peekStatement, values)
  const { taken, today, active, active_id, tokens } = peek!
  const usedUp = allowances.findIndex(({ most }, index) => (taken[index + 1]?.used ?? 0) >= most)
  const cap = (limit: WidgetLimit): Outlook['refused'] => ({ limit, wait_seconds: null })
  const refusal = (): Outlook['refused'] => {
    if (usedUp >= 0) return { limit: allowances[usedUp]!.limit, wait_seconds: taken[usedUp + 1]!.wait_seconds }
    if (today >= limits.conversations_per_day) return cap('conversations_per_day')
    if (active >= limits.active_conversations) return cap('active_conversations')
    return limits.tokens_per_day !== null && tokens >= limits.tokens_per_day ? cap('tokens_per_day') : null
  }
  return { active_id, refused: refusal(), starts_of_address: taken[1]?.used ?? 0 }
}
