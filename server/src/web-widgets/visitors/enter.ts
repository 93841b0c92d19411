// Makes a visitor: a guest of a browser, or whom the site has signed. No row exists before the first conversation.
import type { Input } from '@parley/contract'
import { AppError, notFound } from '../../base/errors.ts'
import { uuidOf } from '../../idempotency/namespace.ts'
import type { RequestOrigin } from '../../calls/call.ts'
import type { Handler, PublicContext } from '../../calls/context.ts'
import { type RootStore, openStore } from '../../database/store.ts'
import { noteKeyUse, readIdentityKeys } from '../identity-key-rows.ts'
import { linkGuest, lockStarts } from '../link-rows.ts'
import { addLinkWork } from '../link-work.ts'
import { isOriginListed } from '../rules/domains.ts'
import { guest_prefix, verifyIdentity } from '../rules/identity.ts'
import { mayCall } from '../rules/origin-gate.ts'
import type { WebWidgets } from '../services.ts'
import { webWidgetSettings } from '../settings.ts'
import { accessOf, hasKey, isGuest, isOpen, isRevoked } from '../visitor-access.ts'
import type { EmbedClaims, VisitorClaims } from '../visitor-tokens.ts'
import { type WidgetRecord, readPublicWidget } from '../widget-rows.ts'
import { findActive } from '../visitor-rows.ts'
import { resume } from './conversation-tokens.ts'

type Ctx = PublicContext<WebWidgets>
type Sent = Input<'enterWebWidget'>
type Visitor = Omit<VisitorClaims, 'issued_at'>

const guest_days = 180
const day_seconds = 86_400

export const enterWebWidget: Handler<'enterWebWidget', WebWidgets> = async (ctx, input) => {
  const { database, ports } = ctx.core
  const widget = await readPublicWidget(database, input.web_widget_id)
  const place = await findPlace(ctx, widget, input)
  const store = openStore(database, widget!.organization_id)
  const known = await readKnown(ctx, store, widget!, place, input.visitor_token ?? null)
  const visitor = input.identity
    ? await verify(ctx, store, widget!, place, input.identity)
    : (known ?? makeGuest(ctx, place))
  if (widget!.identity_required && visitor.key_id === null && !place.is_preview) throw new AppError('identity_required')
  const isNew = visitor.key_id !== null && known !== null && isGuest(known.user_id)
  if (isNew && !place.is_preview) await link(ctx, store, widget!, known.user_id, visitor.user_id)
  const renewed = visitor.key_id === null ? { ...visitor, expires_at: guestEnd(ports.clock.now()) } : visitor
  return {
    visitor_token: await ctx.room.tokens.signVisitor(renewed),
    expires_at: `${new Date(renewed.expires_at * 1000).toISOString().slice(0, 19)}.000000Z`,
    visitor: presentVisitor(renewed),
    active: await findActiveOf(ctx, store, renewed),
  }
}

/** Gate 4: only a served frame holds an embed token; a site with its own interface needs none. */
async function findPlace(ctx: Ctx, widget: WidgetRecord | null, { embed_token }: Sent): Promise<EmbedClaims> {
  const embed = embed_token ? await ctx.room.tokens.verifyEmbed(embed_token) : null
  const is_preview = widget !== null && embed?.widget_id === widget.id && embed.is_preview
  if (!widget || !(isOpen(widget) || is_preview)) throw notFound('Web widget')
  const { cors_origins } = ctx.core.config.sites
  const from = fromOf(ctx)
  const { domains } = widget
  const own = embed_token ? embed : placeOfSite(widget, from, cors_origins)
  if (!own || own.widget_id !== widget.id) throw new AppError('origin_not_allowed')
  if (!mayCall(from, { domains, cors_origins, token_origin: own.origin, is_preview }))
    throw new AppError('origin_not_allowed')
  return own
}

function placeOfSite(
  { id, domains }: WidgetRecord,
  { origin }: RequestOrigin,
  cors_origins: readonly string[],
): EmbedClaims | null {
  if (origin === null || !cors_origins.includes(origin) || !isOriginListed(domains, origin)) return null
  return { widget_id: id, origin, is_preview: false }
}

function fromOf({ edge }: Ctx): RequestOrigin {
  if (!edge) throw new AppError('origin_not_allowed')
  return edge.from
}

/** Whom this browser was before; null: nobody that counts here and now. */
async function readKnown(
  ctx: Ctx,
  store: RootStore,
  widget: WidgetRecord,
  place: EmbedClaims,
  token: string | null,
): Promise<VisitorClaims | null> {
  const claims = token === null ? null : await ctx.room.tokens.verifyVisitor(token)
  if (!claims || claims.widget_id !== widget.id || claims.origin !== place.origin) return null
  if (claims.is_preview !== place.is_preview || isRevoked(widget, claims)) return null
  return (await hasKey(store, widget.id, claims.key_id)) ? claims : null
}

async function verify(
  ctx: Ctx,
  store: RootStore,
  widget: WidgetRecord,
  place: EmbedClaims,
  identity: NonNullable<Sent['identity']>,
): Promise<Visitor> {
  const keys = await readIdentityKeys(ctx.core, store, widget.id)
  const now_ms = ctx.core.ports.clock.now()
  const verified = await verifyIdentity(identity, { keys, allow_hmac: widget.allow_hmac, now_ms })
  if (!verified) throw new AppError('identity_invalid')
  await noteKeyUse(store, verified.key_id)
  return { ...place, ...verified }
}

function makeGuest({ core }: Ctx, place: EmbedClaims): Visitor {
  const user_id = `${guest_prefix}${core.ports.newId()}`
  return { ...place, user_id, key_id: null, profile: {}, expires_at: 0 }
}

const guestEnd = (now_ms: number) => Math.floor(now_ms / 1000) + guest_days * day_seconds

/** Once, and never to a second user. */
async function link(
  ctx: Ctx,
  store: RootStore,
  { id, organization_id }: WidgetRecord,
  guest_id: string,
  user_id: string,
) {
  const { ports, config } = ctx.core
  const { guests_of_user } = config.of(webWidgetSettings)
  await ports.reached?.('link.begun')
  await store.transaction(async (tx) => {
    await lockStarts(tx, id)
    const isLinked = await linkGuest(tx, { widget_id: id, guest_id, user_id }, guests_of_user)
    if (isLinked) addLinkWork(tx, { id, organization_id }, guest_id)
    if (ports.reached) await tx.sent()
    await ports.reached?.('link.written')
  })
  await ports.reached?.('link.committed')
}

function presentVisitor({ widget_id, user_id, key_id, profile }: Visitor) {
  const verified = key_id !== null
  const id = verified ? uuidOf(`visitor ${user_id} of web widget ${widget_id}`) : user_id.slice(guest_prefix.length)
  return { id, user_id, verified, name: profile.name ?? null }
}

async function findActiveOf(ctx: Ctx, store: RootStore, visitor: Visitor) {
  const { widget_id, user_id, origin, is_preview } = visitor
  const id = is_preview ? null : await findActive(store, { widget_id, user_id })
  if (id === null) return null
  const access = accessOf(store.organization_id, { widget_id, user_id, origin, is_preview })
  return resume({ ...ctx, store, access }, id)
}
