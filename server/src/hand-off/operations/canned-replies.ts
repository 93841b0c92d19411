// The operations on canned replies.
import { type CannedReply, handOffBounds } from '@parley/contract'
import { AppError, invalid, notFound } from '../../base/errors.ts'
import { readRevisions } from '../../base/if-match.ts'
import { isUuid } from '../../base/ports.ts'
import type { Handler } from '../../calls/context.ts'
import { isAddress } from '../../conversations/machine/handling.ts'
import { requireConversation } from '../../conversations/read/require.ts'
import { decodeCursor, default_page_size, encodeCursor } from '../../database/cursor.ts'
import type { Store } from '../../database/store.ts'
import { atPath, describeTemplateFault } from '../../templates/faults.ts'
import { TemplateError, checkTemplate } from '../../templates/templates.ts'
import * as rows from '../canned-replies/rows.ts'
import { renderReply } from '../rules/canned-reply.ts'
import { findTeamId } from '../teams/rows.ts'

export const listCannedReplies: Handler<'listCannedReplies'> = async ({ store }, input) => {
  const [after = null] = input.cursor === undefined ? [] : decodeCursor(input.cursor, 1)
  const limit = input.limit ?? default_page_size
  const found = await rows.listCannedReplyRows(store, input, after, limit + 1)
  const data = found.slice(0, limit)
  const next_cursor = found.length > limit ? encodeCursor([data.at(-1)!.shortcut]) : null
  return { data, pagination: { limit, next_cursor } }
}

export const getCannedReply: Handler<'getCannedReply'> = ({ store }, { canned_reply_id }) =>
  requireReply(store, canned_reply_id)

export const createCannedReply: Handler<'createCannedReply'> = async (ctx, input) => {
  checkText(input.text)
  const id = ctx.core.ports.newId()
  return ctx.store.transaction(async (tx) => {
    if ((await rows.countLockedCannedReplies(tx)) >= handOffBounds.canned_replies) {
      throw new AppError('too_many_canned_replies')
    }
    if (await rows.isShortcutTaken(tx, input.shortcut, id)) throw new AppError('shortcut_taken')
    const team_id = await readTeam(tx, input.team ?? null)
    await rows.insertCannedReply(tx, id, { ...input, team_id })
    return requireReply(tx, id)
  })
}

export const updateCannedReply: Handler<'updateCannedReply'> = async (ctx, input) => {
  if (input.text != null) checkText(input.text)
  const revisions = readRevisions(input.if_match)
  const { canned_reply_id: id } = input
  return ctx.store.transaction(async (tx) => {
    await rows.countLockedCannedReplies(tx)
    const before = isUuid(id) ? await rows.lockCannedReply(tx, id) : null
    if (!before) throw notFound('Canned reply')
    if (revisions !== null && !revisions.includes(before.revision)) {
      throw new AppError('revision_mismatch', 'The canned reply has changed since it was read. Read it again first.')
    }
    const { shortcut, title, text } = input
    if (shortcut != null && (await rows.isShortcutTaken(tx, shortcut, before.id))) throw new AppError('shortcut_taken')
    const given = {
      ...(shortcut == null || shortcut === before.shortcut ? {} : { shortcut }),
      ...(title == null || title === before.title ? {} : { title }),
      ...(text == null || text === before.text ? {} : { text }),
      ...(input.team === undefined || input.team === before.team ? {} : { team_id: await readTeam(tx, input.team) }),
    }
    if (Object.keys(given).length > 0) await rows.changeCannedReply(tx, before.id, given)
    return requireReply(tx, before.id)
  })
}

export const deleteCannedReply: Handler<'deleteCannedReply'> = async ({ store }, { canned_reply_id: id }) => {
  if (!isUuid(id) || !(await rows.deleteCannedReplyRow(store, id))) throw notFound('Canned reply')
}

export const renderCannedReply: Handler<'renderCannedReply'> = async (ctx, { canned_reply_id, conversation_id }) => {
  const { text } = await requireReply(ctx.store, canned_reply_id)
  const conversation = await requireConversation(ctx, conversation_id, null)
  const { user_id, custom_metadata, agent_name, handling } = conversation
  const team = handling?.rules?.team?.name ?? null
  const { actor } = ctx.access
  const me = actor.type === 'user' && actor.name !== null && !isAddress(actor.name) ? actor.name : null
  try {
    return atPath('text', () => renderReply(text, { user_id, custom_metadata, agent: agent_name, team, me }))
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error
    throw new AppError('template_failed', `The canned reply could not be filled in. ${describeTemplateFault(error)}`)
  }
}

async function requireReply(store: Store, id: string): Promise<CannedReply> {
  const reply = isUuid(id) ? await rows.findCannedReply(store, id) : null
  if (!reply) throw notFound('Canned reply')
  return reply
}

function checkText(text: string): void {
  const fault = checkTemplate(text)
  if (fault !== null) throw invalid({ path: 'text', message: `is not a template: ${fault}` })
}

async function readTeam(tx: Store, key: string | null): Promise<string | null> {
  const id = key === null ? null : await findTeamId(tx, key)
  if (key !== null && id === null) throw invalid({ path: 'team', message: 'names no team of the organization' })
  return id
}
