// Which visitors can call the public side of a widget, judged for each request from its row: nothing is cached.
import type { OperationId } from '@parley/contract'
import type { Standings } from '../access/access.ts'
import { AppError, notFound } from '../base/errors.ts'
import type { Access, VisitorAccess } from '../calls/access.ts'
import type { Core } from '../calls/core.ts'
import type { RequestOrigin } from '../calls/call.ts'
import type { CheckVisitor, ResolveResource } from '../calls/room.ts'
import { networkOf } from '../calls/attempts.ts'
import { isUuid } from '../base/ports.ts'
import { type Executor, acrossOrganizations, statement } from '../database/database.ts'
import { rowsOf } from '../database/rows.ts'
import type { Signer } from '../sealing/seal.ts'
import type { Store } from '../database/store.ts'
import { type Outlook, peekAtStart } from './allowance-rows.ts'
import { type Places, mayCall, mayComeFrom } from './rules/origin-gate.ts'
import { guest_prefix } from './rules/identity.ts'
import type { VisitorClaims, VisitorTokens } from './visitor-tokens.ts'
import { type WidgetRecord, joinedToWidgets, liveReasonOf, recordColumns } from './widget-rows.ts'

/** What a request of a visitor was admitted with. */
export interface Entered {
  widget: WidgetRecord
  claims: VisitorClaims
  /** Of the client’s address. */
  network: string
  from: RequestOrigin
  /** Of a start: what it would meet, which is read beside the widget; null: of another call, or a preview, where nothing counts. */
  outlook: Promise<Outlook> | null
}

/** What the calls with a conversation’s token need of its widget. */
export type TalkingWidget = Pick<WidgetRecord, 'id' | 'organization_id' | 'name' | 'domains' | 'limits'>

export interface VisitorDoor {
  /** What a start would meet now. */
  peek(entered: Pick<Entered, 'claims' | 'network'>): Promise<Outlook>
  /** The same request with the widget as it is now. Throws what forbids it. */
  judge(widget: WidgetRecord | null, before: Entered): Entered
  resolve: ResolveResource
  checkConversationToken: CheckVisitor
  /** What `resolve` found for this caller. */
  enteredOf(access: Access): Entered
  /** What was found for a conversation’s token; null: nothing was looked for. */
  foundFor(access: Access): { widget: TalkingWidget | null } | null
}

/** What a blocked visitor may still do: read. */
const readings: ReadonlySet<OperationId> = new Set<OperationId>([
  'createVisitorConversationToken',
  'readVisitorConversation',
])

export interface DoorServices {
  tokens: VisitorTokens
  sign: Signer
  standings: Standings
}

export function createVisitorDoor(core: Core, { tokens, sign, standings }: DoorServices): VisitorDoor {
  const { database, config } = core
  const { cors_origins } = config.sites
  const entered = new WeakMap<Access, Entered>()
  const found = new WeakMap<Access, { widget: TalkingWidget | null }>()

  /** Live, then origin, then the rest of the token: as a start is checked. */
  async function enter(id: string, from: RequestOrigin, isStart: boolean): Promise<Entered & Standing> {
    const claims = from.bearer === null ? null : await tokens.verifyVisitor(from.bearer)
    const isOfThis = claims !== null && claims.widget_id === id.toLowerCase()
    const network = networkOf(from.address)
    const { user_id, key_id } = isOfThis ? claims : nobody
    const outlook = isStart && isOfThis && !claims.is_preview ? peek({ claims, network }) : null
    const found = await readWidgetFor(database, id, { user_id, key_id, address_hash: sign(network) })
    const { widget, standing } = found ?? { widget: null, standing: unknown }
    if (!widget || !(isOpen(widget) || (isOfThis && claims.is_preview))) throw notFound('Web widget')
    const places = { domains: widget.domains, cors_origins }
    const isFine = isOfThis ? mayCall(from, gatedBy(claims, places)) : mayComeFrom(from, places)
    if (!isFine) throw new AppError('origin_not_allowed')
    if (!isOfThis || isRevoked(widget, claims)) throw new AppError('unauthorized')
    await standings.require(widget.organization_id)
    return { widget, claims, network, from, outlook, ...standing }
  }

  /** Of whom the door refuses, nobody waits for it. */
  function peek({ claims, network }: Pick<Entered, 'claims' | 'network'>): Promise<Outlook> {
    const outlook = peekAtStart(database, sign, { ...claims, network })
    outlook.catch(() => {})
    return outlook
  }

  function judge(widget: WidgetRecord | null, { claims, network, from }: Entered): Entered {
    if (!widget || !(isOpen(widget) || claims.is_preview)) throw notFound('Web widget')
    if (!mayCall(from, gatedBy(claims, { domains: widget.domains, cors_origins })))
      throw new AppError('origin_not_allowed')
    if (isRevoked(widget, claims)) throw new AppError('unauthorized')
    return { widget, claims, network, from, outlook: claims.is_preview ? null : peek({ claims, network }) }
  }

  return {
    peek,
    judge,
    async resolve({ operation_id, path, from }) {
      const isStart = operation_id === 'startWebWidgetConversation'
      const { has_key, is_blocked, ...one } = await enter(path['web_widget_id']!, from, isStart)
      const { widget, claims } = one
      const { organization_id } = widget
      const { user_id, origin, is_preview, key_id } = claims
      if (!has_key) throw new AppError('unauthorized')
      if (is_blocked && from.writes && !readings.has(operation_id)) throw new AppError('visitor_blocked')
      if (widget.identity_required && key_id === null && !is_preview && from.writes) {
        throw new AppError('identity_required')
      }
      const access = accessOf(organization_id, { widget_id: widget.id, user_id, origin, is_preview })
      entered.set(access, one)
      return access
    },
    async checkConversationToken(access, from) {
      // Most that only reads comes from the frame, for which a browser names no origin.
      if (!from.writes && (from.origin === null || from.origin === from.own_origin)) return
      const { widget_id, user_id, origin, is_preview } = access.visitor!
      const asked = { user_id, address_hash: sign(networkOf(from.address)) }
      const { widget, is_blocked } = await readTalkingWidget(database, widget_id, asked)
      found.set(access, { widget })
      // A deleted widget has no sites any more; its conversations end with their tokens.
      const places = { domains: widget?.domains ?? [], cors_origins }
      const isFine = widget ? mayCall(from, gatedBy({ origin, is_preview }, places)) : mayComeFrom(from, places)
      if (!isFine) throw new AppError('origin_not_allowed')
      if (from.writes && is_blocked) throw new AppError('visitor_blocked')
    },
    enteredOf: (access) => entered.get(access)!,
    foundFor: (access) => found.get(access) ?? null,
  }
}

/** Of a visitor, who has no scope: what they may see is decided by each look-up. */
export function accessOf(organization_id: string, visitor: VisitorAccess): Access {
  return {
    organization_id,
    actor: { type: 'end_user', id: null, name: null },
    scopes: new Set(),
    agent_ids: null,
    conversation: null,
    visitor,
    limit_key: `visitor ${visitor.widget_id} ${visitor.user_id}`,
  }
}

function gatedBy({ origin, is_preview }: Pick<VisitorClaims, 'origin' | 'is_preview'>, places: Places) {
  return { ...places, token_origin: origin, is_preview }
}

export const isOpen = (widget: WidgetRecord) => liveReasonOf(widget) === 'live'

/** Tokens of before, or made by a key that is gone, which `readStanding` tells. */
export function isRevoked(
  { revoked_before }: Pick<WidgetRecord, 'revoked_before'>,
  { issued_at }: VisitorClaims,
): boolean {
  return revoked_before !== null && issued_at < Date.parse(revoked_before)
}

export const isGuest = (user_id: string) => user_id.startsWith(guest_prefix)

/** How a visitor stands with the widget. */
interface Standing {
  is_blocked: boolean
  /** Whether the key that verified them still exists. */
  has_key: boolean
}

interface Asked {
  user_id: string
  /** Null: no key has verified them. */
  key_id: string | null
  address_hash: Buffer
}

const nobody = { user_id: '', key_id: null }
const unknown: Standing = { is_blocked: false, has_key: false }

const isBlocked = `exists (
       select from web_widget_blocks b
       where b.organization_id = w.organization_id and b.widget_id = w.id and b.expires_at > clock_timestamp()
         and (b.user_id = wanted.user_id or b.user_id in
           (select guest_id from web_widget_links where widget_id = w.id and user_id = wanted.user_id))
     ) or exists (
       select from web_widget_blocks b
       where b.organization_id = w.organization_id and b.widget_id = w.id and b.expires_at > clock_timestamp()
         and b.address_hash = wanted.address_hash
     )`

const forVisitorStatement = acrossOrganizations(
  'visitors name a widget, not its organization',
  'read_web_widget_for_visitor',
  `select wanted.call, ${recordColumns}, ${isBlocked} as is_blocked,
     wanted.key_id is null or exists (
       select from web_widget_identity_keys k
       where k.organization_id = w.organization_id and k.widget_id = w.id and k.id = wanted.key_id
     ) as has_key
   from ${rowsOf('wanted', 'widget_id uuid, user_id text, key_id uuid, address_hash bytea')}
   join web_widgets w on w.id = wanted.widget_id
   ${joinedToWidgets} where w.deleted_at is null`,
)

/** One look for both, together with others of the moment: each call of a visitor makes it. Null: there is no such widget. */
async function readWidgetFor(
  executor: Executor,
  id: string,
  { user_id, key_id, address_hash }: Asked,
): Promise<{ widget: WidgetRecord; standing: Standing } | null> {
  if (!isUuid(id)) return null
  const wanted = [id, user_id, key_id, address_hash]
  const [row] = await executor.lookUp<WidgetRecord & Standing>(forVisitorStatement, wanted, id)
  if (!row) return null
  const { is_blocked, has_key, ...widget } = row
  return { widget, standing: { is_blocked, has_key } }
}

// Without the configuration, which may be large: every message makes this look.
const talkingStatement = acrossOrganizations(
  'visitors name a widget, not its organization',
  'read_web_widget_of_conversation',
  `select wanted.call, w.id, w.organization_id, w.name, w.domains, w.limits, ${isBlocked} as is_blocked
   from ${rowsOf('wanted', 'widget_id uuid, user_id text, address_hash bytea')}
   join web_widgets w on w.id = wanted.widget_id where w.deleted_at is null`,
)

async function readTalkingWidget(
  executor: Executor,
  id: string,
  { user_id, address_hash }: Pick<Asked, 'user_id' | 'address_hash'>,
): Promise<{ widget: TalkingWidget | null; is_blocked: boolean }> {
  const wanted = [id, user_id, address_hash]
  const [row] = await executor.lookUp<TalkingWidget & Pick<Standing, 'is_blocked'>>(talkingStatement, wanted, id)
  if (!row) return { widget: null, is_blocked: false }
  const { is_blocked, ...widget } = row
  return { widget, is_blocked }
}

const keyStatement = statement(
  'has_web_widget_identity_key',
  'select from web_widget_identity_keys where organization_id = $1 and widget_id = $2 and id = $3',
)

/** Whether the key that verified a visitor still exists. */
export async function hasKey(store: Store, widget_id: string, key_id: string | null): Promise<boolean> {
  if (key_id === null) return true
  return (await store.query(keyStatement, [store.organization_id, widget_id, key_id])).length > 0
}
