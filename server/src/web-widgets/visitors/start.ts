// Starts a visitor’s conversation, or answers with their active one (B3). Live, origin, token, block and identity were checked at the
// door, before the body was read.
import type { FormDefinition, Input, StartedConversation } from '@parley/contract'
import { AppError, type FieldFault, invalid, notFound } from '../../base/errors.ts'
import type { JsonObject } from '../../base/json.ts'
import type { Context, Handler } from '../../calls/context.ts'
import { createConversationWith } from '../../conversations/conversations.ts'
import type { TransactionStore } from '../../database/store.ts'
import { type Outlook, type Refused, beginConversation, foreseeRefusal, startsOfAddress } from '../allowance-rows.ts'
import { addLinkWork } from '../link-work.ts'
import { allowancesOfStart, needsCaptcha } from '../rules/allowances.ts'
import { answersOf, faultsOfForm } from '../rules/feedback.ts'
import { resolveLimits } from '../rules/limits.ts'
import { faultsOfClient, metadataOfStart } from '../rules/start.ts'
import type { WebWidgets } from '../services.ts'
import { type Entered, isOpen } from '../visitor-access.ts'
import { findActive, insertVisitorConversation } from '../visitor-rows.ts'
import { type WidgetRecord, lockWidget, readWidget } from '../widget-rows.ts'
import { asEndUser, resume, signToken } from './conversation-tokens.ts'

type Ctx = Context<WebWidgets>
type Sent = Input<'startWebWidgetConversation'>

/** Tries after a change of the widget, or the end of the active conversation, in between. */
const max_tries = 10

/** The commit found the visitor’s active conversation. */
class HasActive extends Error {
  readonly conversation_id: string
  constructor(conversation_id: string) {
    super('the visitor has an active conversation')
    this.conversation_id = conversation_id
  }
}

/** The commit found that the widget allows no more. */
class NotAllowed extends Error {
  readonly refused: Refused
  constructor(refused: Refused) {
    super('the widget allows no more')
    this.refused = refused
  }
}

/** The widget is not the one that the start began with. */
class Changed extends Error {}

export const startWebWidgetConversation: Handler<'startWebWidgetConversation', WebWidgets> = async (ctx, input) => {
  let entered = ctx.room.door.enteredOf(ctx.access)
  checkInput(entered, input)
  const { key } = ctx
  if (key?.bound) {
    key.markReplayed()
    return (await resume(ctx, key.bound.conversation_id!)) ?? failGone()
  }
  const solved = new Set<string>()
  for (let tries = 0; tries < max_tries; tries += 1) {
    // Whether it is asked for a challenge must not be older than its body.
    const isFresh = tries > 0 || entered.widget.captcha === null
    const outlook = await (entered.outlook === null || isFresh ? entered.outlook : ctx.room.door.peek(entered))
    const active = outlook?.active_id ? await resume(ctx, outlook.active_id) : null
    if (active) return active
    try {
      if (outlook) await checkBeforehand(ctx, entered, { outlook, solved }, input)
      return await start(ctx, entered, input)
    } catch (error) {
      const resumed = error instanceof HasActive ? await resume(ctx, error.conversation_id) : null
      if (resumed) return resumed
      if (error instanceof AppError && error.error === 'conversation_id_taken') {
        const own = await findOwnActive(ctx, entered)
        if (own) return own
      }
      if (error instanceof NotAllowed) throw await ctx.room.counting.refuse(entered.widget, error.refused)
      if (!(error instanceof HasActive) && !(error instanceof Changed)) throw error
      entered = await lookAgain(ctx, entered, input)
    }
  }
  const why = 'The widget has changed each time that this start was tried. Send it again in a second.'
  throw new AppError('unavailable', why, {}, { retry_after: 1 })
}

/** Its key was bound, but its conversation has ended since. */
function failGone(): never {
  throw new AppError('conversation_not_active', 'The conversation of this request has ended. Send it with a new key.')
}

async function lookAgain(ctx: Ctx, entered: Entered, input: Sent): Promise<Entered> {
  const now = ctx.room.door.judge(await readWidget(ctx.store, entered.widget.id), entered)
  checkInput(now, input)
  return now
}

function allowancesFor({ widget, claims, network }: Entered) {
  const limits = resolveLimits(widget.limits)
  return { limits, allowances: allowancesOfStart(limits, { network, user_id: claims.user_id }) }
}

async function findOwnActive(ctx: Ctx, { widget, claims }: Entered): Promise<StartedConversation | null> {
  if (claims.is_preview) return null
  const id = await findActive(ctx.store, { widget_id: widget.id, user_id: claims.user_id })
  return id === null ? null : resume(ctx, id)
}

function checkInput({ widget }: Entered, { form, client }: Sent): void {
  const definition = formOf(widget)
  const faults: FieldFault[] = []
  // A form that was filled in before is not shown again, so its answers come with every start.
  if (form != null || definition !== null) faults.push(...faultsOfForm(definition, (form ?? {}) as JsonObject, 'form'))
  if (client != null) faults.push(...faultsOfClient(client))
  if (faults.length > 0) throw invalid(...faults)
}

const formOf = ({ config }: Entered['widget']) => (config['pre_conversation_form'] ?? null) as FormDefinition | null

async function start(ctx: Ctx, entered: Entered, input: Sent): Promise<StartedConversation> {
  const { widget, claims, network } = entered
  const { is_preview } = claims
  const { limits, allowances } = allowancesFor(entered)
  const id = input.id?.toLowerCase() ?? ctx.core.ports.newId()
  const sent = {
    ...(input.id == null ? {} : { id }),
    channel: 'text' as const,
    user_id: claims.user_id,
    agent_version_id: widget.agent_version_id,
    custom_metadata: metadataOf(entered, input),
  }
  let isBegun = false
  const alongside = async (tx: TransactionStore, { created_at }: { created_at: string }) => {
    const { address_signer } = ctx.core.sealers
    const row = { conversation_id: id, widget_id: widget.id, user_id: claims.user_id, is_preview, created_at }
    // Sent together: whatever is found undoes all of it.
    const [now, , begun] = await Promise.all([
      lockWidget(tx, widget.id, 'share'),
      insertVisitorConversation(tx, { ...row, address_hash: is_preview ? null : address_signer(network) }),
      is_preview ? null : beginConversation(tx, address_signer, row, limits, allowances),
    ])
    requireUnchanged(now, entered)
    isBegun = true
    if (begun === null) return
    if (begun.outcome === 'resumed') throw new HasActive(begun.conversation_id)
    if (begun.outcome === 'refused') throw new NotAllowed(begun.refused)
    if (begun.is_linked) addLinkWork(tx, widget, claims.user_id)
  }
  const { conversations } = ctx.room
  const begun = { ...ctx, room: conversations, access: asEndUser(ctx.access, id) }
  const web_widget_id = is_preview ? null : widget.id
  const created = await createConversationWith(begun, sent, { new_id: id, web_widget_id, alongside })
  // Nothing was written: the same request with the same id was faster.
  if (!isBegun) throw new AppError('conversation_id_taken')
  const of = { id, agent_version_id: widget.agent_version_id, channel: 'text' } as const
  const answer = { ...created, ...(await signToken(ctx, of, true)), resumed: false }
  return ctx.key ? ctx.key.settle(answer) : answer
}

function metadataOf({ claims, widget }: Entered, { form, visitor, client, page, locale }: Sent): JsonObject {
  const { user_id, profile, is_preview } = claims
  return metadataOfStart({
    ...{ user_id, profile, is_preview },
    verified: claims.key_id !== null,
    form: answersOf(formOf(widget), (form ?? {}) as JsonObject),
    visitor: visitor ?? {},
    client: (client ?? null) as JsonObject | null,
    page: page ?? null,
    locale: locale ?? null,
  })
}

/** What would be refused, before it costs a challenge or a generated greeting. */
async function checkBeforehand(
  ctx: Ctx,
  entered: Entered,
  { outlook, solved }: { outlook: Outlook; solved: Set<string> },
  { captcha_token }: Sent,
): Promise<void> {
  const { widget, from } = entered
  const { limits, allowances } = allowancesFor(entered)
  const refused = foreseeRefusal(outlook, limits, allowances)
  if (refused) throw await ctx.room.counting.refuse(widget, refused)
  const { captcha } = widget
  if (!captcha || !needsCaptcha(captcha.when, startsOfAddress(outlook))) return
  // A provider takes what was solved once, and this may be another try.
  const challenge = `${captcha.provider} ${captcha.site_key}`
  if (solved.has(challenge)) return
  const token = captcha_token ?? null
  const host = new URL(from.origin ?? from.own_origin).hostname
  await ctx.room.captcha.check(ctx.store, captcha, { token, host, address: from.address })
  solved.add(challenge)
}

/** The row is held until the commit: a change of the widget counts for all of a start, or for none of it. */
function requireUnchanged(now: WidgetRecord | null, { widget, claims }: Entered): void {
  if (!now || !(isOpen(now) || claims.is_preview)) throw notFound('Web widget')
  const isSame = now.agent_version_id === widget.agent_version_id && now.revision === widget.revision
  if (!isSame) throw new Changed()
}
