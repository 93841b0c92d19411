// Changes of who handles a conversation that need no dialog, and what all of them read again.
import type { Assignee, Conversation } from '@parley/contract'
import { ApiError } from '@parley/sdk'
import { type QueryClient, useMutation, useQueryClient } from '@tanstack/react-query'
import { useSession } from '../session/session-context.ts'
import { conversationKey } from '../transcript/use-conversation.ts'
import { notify, notifyError } from '../ui/notify.ts'
import { handlingTexts } from './texts.ts'
import { nameOf } from './who-handles.ts'

const words = handlingTexts.actions

/** Shows an answer at once; its transcript is read again. */
export function putHandled(queries: QueryClient, conversation: Conversation): void {
  const key = conversationKey(conversation.id)
  queries.setQueryData<Conversation>(key, (before) => {
    if (!before) return before
    const { conversation: transcript } = before
    return { ...before, ...conversation, ...(transcript ? { conversation: transcript } : {}) }
  })
  void queries.invalidateQueries({ queryKey: key })
  void queries.invalidateQueries({ queryKey: deskKey })
}

/** What the desk lists and counts begins with this. */
export const deskKey = ['desk'] as const

/** Somebody else was faster: their name says more than the refusal. */
export function describeTaken(error: unknown): string | null {
  if (!(error instanceof ApiError) || error.code !== 'conversation_taken') return null
  const { assignee } = error.body as { assignee?: Assignee | null }
  return assignee ? words.taken_by(nameOf(assignee)) : null
}

export function useHandling(conversation_id: string) {
  const { client } = useSession()
  const queries = useQueryClient()
  const change = useMutation({
    mutationFn: async ({ act, done }: { act: () => Promise<Conversation>; done: string | null }) => {
      putHandled(queries, await act())
      if (done !== null) notify(done)
    },
    onError(error) {
      const taken = describeTaken(error)
      if (taken === null) notifyError(error)
      else notify(taken)
      void queries.invalidateQueries({ queryKey: conversationKey(conversation_id) })
      void queries.invalidateQueries({ queryKey: deskKey })
    },
  })
  const run = (act: () => Promise<Conversation>, done: string | null) => {
    if (!change.isPending) change.mutate({ act, done })
  }
  return {
    isPending: change.isPending,
    /** The page says by itself who handles it then. */
    take: (from?: string) =>
      run(() => client.takeConversation({ conversation_id, ...(from === undefined ? {} : { from }) }), null),
    decline: () => run(() => client.assignConversation({ conversation_id, nobody: true }), words.declined),
    wake: () => run(() => client.snoozeConversation({ conversation_id, until: null }), words.woken),
  }
}
