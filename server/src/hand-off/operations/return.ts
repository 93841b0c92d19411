// Gives a conversation back to its agent.
import { handOffBounds } from '@parley/contract'
import { invalid } from '../../base/errors.ts'
import { findUnstorable } from '../../base/text.ts'
import type { Context, Handler } from '../../calls/context.ts'
import { describeHandlingActor, personIfAny } from '../../conversations/conversations.ts'
import { type Decision, type LockedConversation, isRefusal } from '../../conversations/machine/change.ts'
import { holderOf } from '../../conversations/machine/handling.ts'
import { noteEvent } from '../../conversations/machine/handling-events.ts'
import { type Done, type ReturnInput, decideReturn } from '../../conversations/machine/handling-decisions.ts'
import { redactWith } from '../../conversations/machine/redaction.ts'
import { requireConversation } from '../../conversations/read/require.ts'
import type { Store } from '../../database/store.ts'
import { type NewNote, countNotes, insertNote } from '../queries.ts'
import type { HandOff } from '../services.ts'
import { answerWith, changeHandling } from './change.ts'
import { readConfig } from './plan.ts'
import { stopTyping } from './presence.ts'

export const returnConversation: Handler<'returnConversation', HandOff> = async (ctx, input) => {
  const conversation = await requireConversation(ctx, input.conversation_id, 'handoff')
  const isEndUser = ctx.access.conversation !== null
  if (isEndUser && (input.note != null || input.answer != null)) {
    throw invalid({ path: input.note == null ? 'answer' : 'note', message: 'cannot be sent with a conversation token' })
  }
  const faults = findUnstorable({ note: input.note ?? null })
  if (faults.length > 0) throw invalid(...faults)
  const holder = personIfAny(ctx.access, input.external)
  const { agent_version_id } = conversation
  const config = await readConfig(ctx, conversation)
  const { newId } = ctx.core.ports
  const turn = {
    id: newId(),
    concurrency: 'queue',
    interactivity: 'plain',
    max_seconds: config.max_turn_seconds,
  } as const
  const returning: ReturnInput = {
    ...{ by: describeHandlingActor(ctx, conversation), why: 'call', holder },
    may: ctx.access.scopes.has('conversations:manage') ? 'all' : 'waiting',
    answer: input.answer && agent_version_id !== null ? { ...turn, agent_version_id } : null,
  }
  const note = (input.note ?? '').trim() === '' ? null : noteOf(ctx, input.note!, holder)
  const committed = await changeHandling(ctx, conversation, {
    leaves: false,
    decide: (state, tx) => returnWithNote(state, tx, returning, note),
  })
  if (committed) await stopTyping(ctx, conversation.id, holderOf(conversation))
  return answerWith(ctx, conversation.id)
}

function noteOf({ core, access }: Context<HandOff>, text: string, holder: ReturnInput['holder']): NewNote {
  const { id, name } = holder ?? access.actor
  const author = { type: 'user', id, name, external: holder?.type !== 'user' } as const
  return { id: core.ports.newId(), text, author, for_agent: true }
}

/** The note is part of the same commit. */
async function returnWithNote(
  state: LockedConversation,
  tx: Store,
  returning: ReturnInput,
  note: NewNote | null,
): Promise<Decision<Done>> {
  const decision = decideReturn(state, returning)
  if (note === null || isRefusal(decision) || decision.answer === 'unchanged') return decision
  if ((await countNotes(tx, state.id)) >= handOffBounds.notes) return { refused: 'too_many_notes' }
  const { by, why } = returning
  await insertNote(tx, state.id, { ...note, text: redactWith(note.text, state.redaction) }, state.now)
  const { change } = decision
  return { ...decision, change: { ...change, events: [noteEvent('added', { by, why }, note), ...change.events] } }
}
