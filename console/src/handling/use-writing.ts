// What somebody writes in a conversation: the draft, its way to the server, and a suggestion that can become it.
import type { AfterReply, Conversation, TranscriptItem } from '@parley/contract'
import { useQueryClient } from '@tanstack/react-query'
import { useRef } from 'react'
import { useSession } from '../session/session-context.ts'
import { conversationKey } from '../transcript/use-conversation.ts'
import { notify } from '../ui/notify.ts'
import type { Outgoing } from './drafts.ts'
import { isShownStored, lastPosition } from './sending.ts'
import type { Abilities } from './standing.ts'
import { withSuggestion } from './suggestion.ts'
import { handlingTexts } from './texts.ts'
import { useCaller } from './use-caller.ts'
import { useDraft } from './use-draft.ts'
import { putHandled } from './use-handling.ts'
import { notesKey } from './use-notes.ts'
import { useSending } from './use-sending.ts'
import { useSuggestion } from './use-suggestion.ts'

export type Mode = 'reply' | 'note'

export interface Writing {
  conversation: Conversation
  /** What is shown of the transcript, with what the stream has told since. */
  items: readonly TranscriptItem[]
  can: Abilities
  onTyping: (isTyping: boolean) => void
}

export function useWriting({ conversation, items, can, onTyping }: Writing) {
  const { id: conversation_id } = conversation
  const field = useRef<HTMLTextAreaElement>(null)
  const [draft, change] = useDraft(conversation_id)
  const { reply, note } = useSenders({ conversation_id, items, draft, change })
  const suggestion = useSuggestion(conversation_id)
  const { mode } = draft
  const show = (next: Mode) => {
    change((before) => ({ ...before, mode: next }))
    onTyping(false)
    requestAnimationFrame(() => field.current?.focus())
  }
  const sender = mode === 'reply' ? reply : note
  const text = draft[mode]
  const write = (next: string) => {
    if (sender.sending.state === 'refused') sender.edit()
    change((before) => ({ ...before, [mode]: next }))
    if (mode === 'reply') onTyping(next.trim() !== '')
  }
  const sendReply = (then: AfterReply) => {
    if (can.reply === null || draft.reply.trim() === '') return
    onTyping(false)
    reply.send({
      text: draft.reply,
      seen_position: lastPosition(items),
      ...(can.reply === 'take' ? { take: true } : {}),
      // oxlint-disable-next-line unicorn/no-thenable -- a field of the request
      ...(then === 'keep' ? {} : { then }),
    })
  }
  const sendNote = () => {
    if (can.note && draft.note.trim() !== '') note.send({ text: draft.note, for_agent: draft.for_agent })
  }
  const drop = (used?: string) => {
    if (used !== undefined) write(withSuggestion(draft.reply, used))
    suggestion.drop()
    field.current?.focus()
  }
  return { field, draft, change, mode, text, show, write, reply, note, sender, sendReply, sendNote, suggestion, drop }
}

interface SendersOptions {
  conversation_id: string
  items: readonly TranscriptItem[]
  draft: ReturnType<typeof useDraft>[0]
  change: ReturnType<typeof useDraft>[1]
}

function useSenders({ conversation_id, items, draft, change }: SendersOptions) {
  const { client } = useSession()
  const { user_id } = useCaller()
  const queries = useQueryClient()
  const keep = (mode: Mode) => (sent: Outgoing | null) =>
    change((before) => ({ ...before, sent: { ...before.sent, [mode]: sent } }))
  const clear = (mode: Mode) => () => change((before) => ({ ...before, [mode]: '' }))
  const reply = useSending({
    kept: draft.sent.reply,
    async store({ key, request }) {
      type Reply = Parameters<typeof client.replyToConversation>[0]
      const sent = { ...request, conversation_id, idempotency_key: key } as Reply
      try {
        const { conversation } = await client.replyToConversation(sent)
        putHandled(queries, conversation)
      } catch (error) {
        // It shows who was faster, and what was said meanwhile.
        void queries.invalidateQueries({ queryKey: conversationKey(conversation_id) })
        throw error
      }
    },
    isShown: (sent) => isShownStored(sent, items, user_id),
    onSent: keep('reply'),
    onStored: clear('reply'),
  })
  const note = useSending({
    kept: draft.sent.note,
    async store({ key, request }) {
      type NewNote = Parameters<typeof client.createConversationNote>[0]
      await client.createConversationNote({ ...request, conversation_id, idempotency_key: key } as NewNote)
      notify(handlingTexts.notes.saved)
      void queries.invalidateQueries({ queryKey: notesKey(conversation_id) })
    },
    isShown: () => false,
    onSent: keep('note'),
    onStored: clear('note'),
  })
  return { reply, note }
}
