// The operations on web widgets themselves.
import {
  type Input,
  type WebWidgetLimitsInput,
  type WidgetChange,
  type WidgetLimit,
  widgetLimits,
} from '@parley/contract'
import { findVersionToPin } from '../../agents/agents.ts'
import { AppError, type FieldFault, invalid, notFound } from '../../base/errors.ts'
import { readRevisions } from '../../base/if-match.ts'
import { canonicalJson } from '../../base/json.ts'
import { isUuid } from '../../base/ports.ts'
import { agentsOf } from '../../calls/access.ts'
import type { Context, Handler } from '../../calls/context.ts'
import { cutPage, decodeTimeCursor, default_page_size } from '../../database/cursor.ts'
import type { TransactionStore } from '../../database/store.ts'
import { addOrganizationEvent } from '../../events/events.ts'
import { readSecrets } from '../../secrets/secrets.ts'
import { presentWidget } from '../present.ts'
import { reportChange, requireLockedWidget, requireWidget } from '../require.ts'
import { validateWidgetConfig } from '../rules/config.ts'
import { normalizeDomains } from '../rules/domains.ts'
import { webWidgetSettings } from '../settings.ts'
import * as queries from '../widget-queries.ts'
import type { WidgetChanges } from '../widget-queries.ts'
import { type WidgetRecord, readWidget } from '../widget-rows.ts'

export const listWebWidgets: Handler<'listWebWidgets'> = async (ctx, input) => {
  const { agent_version_id } = input
  const after = decodeTimeCursor(input.cursor, isUuid)
  const limit = input.limit ?? default_page_size
  const agent_ids = agentsOf(ctx.access, input.agent_id)
  if (agent_version_id !== undefined && !isUuid(agent_version_id)) return cutPage([], limit, () => never())
  const size = { limit: limit + 1, max_bytes: ctx.core.config.limits.answer_bytes }
  const { rows, is_cut } = await queries.listWidgetRows(ctx.store, agent_ids, input, after, size)
  const page = cutPage(rows, limit, ({ created_at, id }) => ({ time: created_at, key: id }), is_cut)
  return { ...page, data: page.data.map(presentWidget) }
}

function never(): never {
  throw new Error('an empty page has no last row')
}

export const createWebWidget: Handler<'createWebWidget'> = async (ctx, input) => {
  const given = await readFields(ctx, input)
  const id = ctx.core.ports.newId()
  const most = ctx.core.config.of(webWidgetSettings).widgets
  const widget = await ctx.store.transaction(async (tx) => {
    if ((await queries.countLockedWidgets(tx)) >= most) throw new AppError('too_many_web_widgets')
    const pinned = await pinVersion(ctx, tx, input.agent_id, input.agent_version_id)
    const defaults = {
      name: pinned.agent_name,
      domains: [],
      published: false,
      config: {},
      limits: {},
      identity_required: false,
      allow_hmac: false,
      captcha: null,
    }
    const { agent_id, agent_version_id } = pinned
    await queries.insertWidget(tx, { ...defaults, ...given, id, agent_id, agent_version_id })
    const made = (await readWidget(tx, id))!
    const data = { web_widget_id: id, name: made.name, agent_id }
    addOrganizationEvent(tx, { ...eventOf(ctx, tx, id), type: 'web_widget.created', data })
    return made
  })
  return presentWidget(widget)
}

export const getWebWidget: Handler<'getWebWidget'> = async (ctx, { web_widget_id }) =>
  presentWidget(await requireWidget(ctx, ctx.store, web_widget_id))

export const updateWebWidget: Handler<'updateWebWidget'> = async (ctx, input) => {
  await requireWidget(ctx, ctx.store, input.web_widget_id)
  const given = await readFields(ctx, input)
  const revisions = readRevisions(input.if_match)
  const widget = await ctx.store.transaction(async (tx) => {
    const before = await requireLockedWidget(ctx, tx, input.web_widget_id)
    if (revisions !== null && !revisions.includes(before.revision)) {
      throw new AppError('revision_mismatch', 'The web widget has changed since it was read. Read it again first.')
    }
    const changes = { ...given, ...(await findPinned(ctx, tx, before, input)) }
    const changed = listChanges(before, changes)
    if (changed.length === 0) return before
    await queries.changeWidget(tx, before.id, changes)
    const after = (await readWidget(tx, before.id))!
    reportChange(ctx, tx, after, changed)
    return after
  })
  return presentWidget(widget)
}

export const deleteWebWidget: Handler<'deleteWebWidget'> = async (ctx, { web_widget_id }) => {
  await ctx.store.transaction(async (tx) => {
    const { id, name } = await requireLockedWidget(ctx, tx, web_widget_id)
    await queries.deleteWidget(tx, id)
    addOrganizationEvent(tx, {
      ...eventOf(ctx, tx, id),
      type: 'web_widget.deleted',
      data: { web_widget_id: id, name },
    })
  })
}

function eventOf({ core }: Context, tx: TransactionStore, id: string) {
  return { id: core.ports.newId(), organization_id: tx.organization_id, subject: id }
}

// --- what a call gives ---

type Fields = Pick<
  Input<'updateWebWidget'>,
  'name' | 'domains' | 'published' | 'config' | 'limits' | 'identity' | 'captcha'
>

/** In their stored form. All faults are reported at once, except those of the version. */
async function readFields(ctx: Context, input: Fields): Promise<WidgetChanges> {
  const { name, domains, published, config, limits, identity, captcha } = input
  const { config_bytes } = ctx.core.config.of(webWidgetSettings)
  const faults: FieldFault[] = []
  const changes: WidgetChanges = {}
  if (name != null) changes.name = name.trim()
  if (changes.name === '') faults.push({ path: 'name', message: 'must not be blank' })
  if (domains != null) {
    const read = normalizeDomains(domains)
    faults.push(...read.faults)
    changes.domains = read.domains
  }
  if (published != null) changes.published = published
  if (config != null) {
    const verdict = validateWidgetConfig(config, config_bytes)
    faults.push(...verdict.faults)
    changes.config = verdict.config
  }
  if (limits != null) changes.limits = keepLimits(limits)
  if (identity != null) {
    changes.identity_required = identity.required ?? false
    changes.allow_hmac = identity.allow_hmac ?? false
  }
  if (captcha !== undefined) {
    if (captcha !== null) faults.push(...(await faultsOfSecret(ctx, captcha.secret_name)))
    changes.captcha = captcha && pickCaptcha(captcha)
  }
  if (faults.length > 0) throw invalid(...faults)
  return changes
}

const limit_names = Object.keys(widgetLimits) as WidgetLimit[]

/** Those that are known, and not left to the default. */
function keepLimits(limits: WebWidgetLimitsInput): WebWidgetLimitsInput {
  const given = limit_names.filter(
    (name) => limits[name] != null || (name === 'tokens_per_day' && limits[name] === null),
  )
  return Object.fromEntries(given.map((name) => [name, limits[name]]))
}

function pickCaptcha({ provider, site_key, secret_name, when }: NonNullable<Fields['captcha']>) {
  return { provider, site_key, secret_name, when }
}

async function faultsOfSecret({ core, store }: Context, name: string): Promise<FieldFault[]> {
  if ((await readSecrets(core, store, [name])).has(name)) return []
  return [{ path: 'captcha.secret_name', message: 'is not a secret of the organization; create it first' }]
}

interface Pinned {
  agent_id: string
  agent_version_id: string
  agent_name: string
}

/** Until the transaction ends, nobody deletes the agent. */
async function pinVersion(
  { access }: Context,
  tx: TransactionStore,
  agent_id: string,
  version: string | null | undefined,
): Promise<Pinned> {
  const isNewest = version == null || version === 'latest'
  if (!isNewest && !isUuid(version)) throw unknownVersion()
  const found = await findVersionToPin(tx, access, agent_id, isNewest ? 'newest published' : { id: version })
  if (found === null) throw notFound('Agent')
  const { agent_name, agent_version_id } = found
  if (agent_version_id !== null) return { agent_id: agent_id.toLowerCase(), agent_version_id, agent_name }
  if (!isNewest) throw unknownVersion()
  throw new AppError('version_not_published', 'The agent has no published version. Publish one first.')
}

function unknownVersion(): AppError {
  return invalid({ path: 'agent_version_id', message: 'is not a version of this agent' })
}

/** Whatever changes, the agent is not deleted meanwhile: its deletion looks for live widgets. */
async function findPinned(
  ctx: Context,
  tx: TransactionStore,
  before: WidgetRecord,
  input: Pick<Input<'updateWebWidget'>, 'agent_id' | 'agent_version_id'>,
): Promise<Pick<WidgetChanges, 'agent_id' | 'agent_version_id'>> {
  const agent_id = input.agent_id ?? before.agent_id
  const isOther = agent_id.toLowerCase() !== before.agent_id
  if (input.agent_version_id == null && !isOther) {
    // Of a deleted agent the rest can change.
    await findVersionToPin(tx, ctx.access, agent_id, { id: before.agent_version_id })
    return {}
  }
  const pinned = await pinVersion(ctx, tx, agent_id, input.agent_version_id)
  return { agent_id: pinned.agent_id, agent_version_id: pinned.agent_version_id }
}

/** What differs from the stored values, as events name it. */
function listChanges(before: WidgetRecord, changes: WidgetChanges): WidgetChange[] {
  const names = Object.entries(changes).flatMap(([column, value]) => {
    const isSame = canonicalJson(value) === canonicalJson(before[column as keyof WidgetChanges])
    return isSame ? [] : [eventNames[column as keyof WidgetChanges]]
  })
  return [...new Set(names)]
}

const eventNames: Record<keyof WidgetChanges, WidgetChange> = {
  agent_id: 'agent_id',
  agent_version_id: 'agent_version_id',
  name: 'name',
  domains: 'domains',
  published: 'published',
  config: 'config',
  limits: 'limits',
  identity_required: 'identity',
  allow_hmac: 'identity',
  captcha: 'captcha',
}
