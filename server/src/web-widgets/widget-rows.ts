// Rows of web widgets, with what decides whether they are live. Nothing here finds a deleted widget.
import type { LiveReason, WebWidgetCaptcha, WebWidgetLimitsInput } from '@parley/contract'
import { standingOf } from '../access/access.ts'
import type { JsonObject } from '../base/json.ts'
import { isUuid } from '../base/ports.ts'
import { type Executor, acrossOrganizations, statement } from '../database/database.ts'
import type { Store, TransactionStore } from '../database/store.ts'
import { judgeLive } from './rules/live.ts'

export interface WidgetRow {
  id: string
  organization_id: string
  agent_id: string
  agent_version_id: string
  name: string
  /** In their one form; none: any site. */
  domains: string[]
  published: boolean
  config: JsonObject
  /** Those that differ from the defaults; `resolveLimits` fills in the others. */
  limits: WebWidgetLimitsInput
  identity_required: boolean
  allow_hmac: boolean
  captcha: WebWidgetCaptcha | null
  revision: number
  /** Visitor tokens of before are refused. */
  revoked_before: string | null
  created_at: string
  updated_at: string
}

/** A widget, and what its agent and version say about it now. */
export interface WidgetRecord extends WidgetRow {
  agent_name: string
  agent_active: boolean
  version_published: boolean
}

export const widgetColumns = [
  'id',
  'organization_id',
  'agent_id',
  'agent_version_id',
  'name',
  'domains',
  'published',
  'config',
  'limits',
  'identity_required',
  'allow_hmac',
  'captcha',
  'revision',
  'revoked_before',
  'created_at',
  'updated_at',
] as const

/** Of the tables w, a and v. */
export const recordColumns = `${widgetColumns.map((column) => `w.${column}`).join(', ')},
  a.name as agent_name, a.active and a.deleted_at is null as agent_active, v.published as version_published`
export const joinedToWidgets = `join agents a on a.id = w.agent_id join agent_versions v on v.id = w.agent_version_id`
const joinedTables = `web_widgets w ${joinedToWidgets}`

const readStatement = statement(
  'read_web_widget',
  `select ${recordColumns} from ${joinedTables} where w.organization_id = $1 and w.id = $2 and w.deleted_at is null`,
)

export async function readWidget(store: Store, id: string): Promise<WidgetRecord | null> {
  if (!isUuid(id)) return null
  const [widget] = await store.query<WidgetRecord>(readStatement, [store.organization_id, id])
  return widget ?? null
}

const lockStatements = {
  share: statement(
    'share_web_widget',
    'select from web_widgets where organization_id = $1 and id = $2 and deleted_at is null for share',
  ),
  update: statement(
    'lock_web_widget',
    'select from web_widgets where organization_id = $1 and id = $2 and deleted_at is null for no key update',
  ),
}

/**
 * `share`: it does not change until the transaction ends. `update`: nobody else changes it either. Read by a second
 * statement, sent along: one that waits for the lock would join the new row with the version of before, and find nothing.
 */
export async function lockWidget(
  tx: TransactionStore,
  id: string,
  strength: keyof typeof lockStatements,
): Promise<WidgetRecord | null> {
  if (!isUuid(id)) return null
  const values = [tx.organization_id, id]
  const [, [widget]] = await Promise.all([
    tx.query(lockStatements[strength], values),
    tx.query<WidgetRecord>(readStatement, values),
  ])
  return widget ?? null
}

const publicStatement = acrossOrganizations(
  'visitors name a widget, not its organization',
  'read_public_web_widget',
  `select ${recordColumns} from ${joinedTables} where w.id = $1 and w.deleted_at is null and ${standingOf('w.organization_id')} is null`,
)

/** For visitors, who know only its id. What comes next opens a store of its organization. */
export async function readPublicWidget(executor: Executor, id: string): Promise<WidgetRecord | null> {
  if (!isUuid(id)) return null
  const [widget] = await executor.query<WidgetRecord>(publicStatement, [id])
  return widget ?? null
}

export function liveReasonOf(widget: WidgetRecord): LiveReason {
  return judgeLive(widget)
}
