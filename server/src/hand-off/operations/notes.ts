// The operations on notes. Each change is one commit with its event, which says nothing of the text.
import { type ExternalPerson, type MessageAuthor, type Note, handOffBounds } from '@parley/contract'
import { AppError, invalid, notFound } from '../../base/errors.ts'
import { isUuid } from '../../base/ports.ts'
import type { Context, Handler } from '../../calls/context.ts'
import {
  actingPerson,
  changeConversation,
  describeHandlingActor,
  followUp,
  personIfAny,
} from '../../conversations/conversations.ts'
import { type Decision, type LockedConversation, type Refusal, noChange } from '../../conversations/machine/change.ts'
import { noteEvent } from '../../conversations/machine/handling-events.ts'
import { redactWith } from '../../conversations/machine/redaction.ts'
import type { ConversationRecord } from '../../conversations/machine/rows.ts'
import { requireConversation } from '../../conversations/read/require.ts'
import { cutPage, decodeTimeCursor, default_page_size } from '../../database/cursor.ts'
import type { Store } from '../../database/store.ts'
import { changeNote, deleteNoteRow, findNote, isSameAuthor, listNoteRows } from '../notes/rows.ts'
import { countNotes, insertNote } from '../queries.ts'
import type { HandOff } from '../services.ts'

type Call = Context<HandOff>

export const createConversationNote: Handler<'createConversationNote', HandOff> = async (ctx, input) => {
  const conversation = await requireConversation(ctx, input.conversation_id, null)
  const id = ctx.core.ports.newId()
  const author = authorOf(ctx, input.external)
  const for_agent = input.for_agent ?? false
  await changeNotes(ctx, conversation, async (state, tx) => {
    if ((await countNotes(tx, state.id)) >= handOffBounds.notes) return { refused: 'too_many_notes' }
    const note = { id, text: redactWith(input.text, state.redaction), author, for_agent }
    await insertNote(tx, state.id, note, state.now)
    return { what: 'added', note }
  })
  return requireNote(ctx.store, conversation.id, id)
}

export const listConversationNotes: Handler<'listConversationNotes'> = async (ctx, input) => {
  const { id } = await requireConversation(ctx, input.conversation_id, null)
  const after = decodeTimeCursor(input.cursor, isUuid)
  const limit = input.limit ?? default_page_size
  const rows = await listNoteRows(ctx.store, id, after, limit + 1)
  return cutPage(rows, limit, ({ created_at, id: key }) => ({ time: created_at, key }))
}

export const updateConversationNote: Handler<'updateConversationNote', HandOff> = async (ctx, input) => {
  const conversation = await requireConversation(ctx, input.conversation_id, null)
  const author = authorOf(ctx, input.external)
  await changeNotes(ctx, conversation, async (state, tx) => {
    const before = await requireNote(tx, state.id, input.note_id)
    if (!isSameAuthor(before.author, author)) throw new AppError('forbidden', 'Only its author can change a note.')
    const text = input.text == null ? before.text : redactWith(input.text, state.redaction)
    const note = { id: before.id, text, for_agent: input.for_agent ?? before.for_agent }
    if (text === before.text && note.for_agent === before.for_agent) return null
    await changeNote(tx, state.id, note, state.now)
    return { what: 'changed', note }
  })
  return requireNote(ctx.store, conversation.id, input.note_id)
}

export const deleteConversationNote: Handler<'deleteConversationNote', HandOff> = async (ctx, input) => {
  const conversation = await requireConversation(ctx, input.conversation_id, null)
  const isAdmin = ctx.access.scopes.has('conversations:manage')
  const own = deletingPerson(ctx, input.external_id)
  await changeNotes(
    ctx,
    conversation,
    async (state, tx) => {
      const note = await requireNote(tx, state.id, input.note_id)
      const isOwn = own !== null && isSameAuthor(note.author, asAuthor(own))
      if (!isAdmin && !isOwn)
        throw new AppError('forbidden', 'You cannot delete this note: only its author, or an admin, can.')
      await deleteNoteRow(tx, state.id, note.id)
      return { what: 'deleted', note }
    },
    { evenPurged: true },
  )
}

/** Null: a key that names nobody. */
function deletingPerson({ access }: Call, external_id: string | undefined) {
  if (external_id !== undefined && access.actor.type === 'user') {
    throw invalid({ path: 'external_id', message: 'cannot be sent by a member, who acts as themselves' })
  }
  return personIfAny(access, external_id === undefined ? null : { id: external_id, name: external_id })
}

interface Changed {
  what: 'added' | 'changed' | 'deleted'
  note: Pick<Note, 'id' | 'for_agent'>
}

/** In every status. Null: nothing changes. */
async function changeNotes(
  ctx: Call,
  conversation: ConversationRecord,
  change: (state: LockedConversation, tx: Store) => Promise<Changed | Refusal | null>,
  { evenPurged = false } = {},
): Promise<void> {
  const { conversations } = ctx.room
  const by = { by: describeHandlingActor(ctx, conversation), why: 'call' as const }
  const decide = async (state: LockedConversation, tx: Store): Promise<Decision<null>> => {
    if (state.content_purged_at !== null && !evenPurged) return { refused: 'content_purged' }
    const changed = await change(state, tx)
    if (changed === null) return { change: noChange, answer: null }
    if ('refused' in changed) return changed
    return { change: { ...noChange, events: [noteEvent(changed.what, by, changed.note)] }, answer: null }
  }
  const target = { change: 'handling', id: conversation.id } as const
  const committed = await changeConversation(ctx.store, conversations.commits, target, decide)
  followUp(conversations, conversation.id, committed)
}

const authorOf = ({ access }: Call, external: ExternalPerson | null | undefined): MessageAuthor =>
  asAuthor(actingPerson(access, external))

const asAuthor = ({ type, id, name }: ReturnType<typeof actingPerson>): MessageAuthor => ({
  ...{ type: 'user', id, name },
  external: type === 'external',
})

async function requireNote(store: Store, conversation_id: string, id: string): Promise<Note> {
  const note = isUuid(id) ? await findNote(store, conversation_id, id) : null
  if (!note) throw notFound('Note')
  return note
}
