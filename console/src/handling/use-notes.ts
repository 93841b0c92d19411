// The notes on a conversation: read as the events tell that there are others. After its end there are no more events, and the feed tells.
import type { Conversation, ConversationEvent, Note } from '@parley/contract'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { useSession } from '../session/session-context.ts'
import { isActive } from '../transcript/conversation-state.ts'
import { useFeed } from './use-feed.ts'

export const notesKey = (conversation_id: string) => ['notes', conversation_id] as const
/** There are at most a thousand. */
const page_size = 100

const noteTypes: ReadonlySet<string> = new Set([
  'conversation.note_added',
  'conversation.note_changed',
  'conversation.note_deleted',
])

export function useNotes(conversation: Conversation, events: readonly ConversationEvent[]) {
  const session = useSession()
  const { client, scopes } = session
  const { id: conversation_id } = conversation
  const queries = useQueryClient()
  const isAllowed = scopes.has('conversations:reply')
  const query = useQuery({
    queryKey: notesKey(conversation_id),
    queryFn: async ({ signal }) => {
      const notes: Note[] = []
      let cursor: string | null = null
      do {
        const start: { cursor?: string } = cursor === null ? {} : { cursor }
        const page: Awaited<ReturnType<typeof client.listConversationNotes>> = await client.listConversationNotes(
          { conversation_id, limit: page_size, ...start },
          { signal },
        )
        notes.push(...page.data)
        cursor = page.pagination.next_cursor
      } while (cursor !== null)
      return notes
    },
    enabled: isAllowed,
  })
  const last = events.findLast(({ type }) => noteTypes.has(type))?.sequence
  useEffect(() => {
    if (last !== undefined) void queries.invalidateQueries({ queryKey: notesKey(conversation_id) })
  }, [queries, conversation_id, last])
  const readAgain = () => {
    if (!isActive(conversation)) void queries.invalidateQueries({ queryKey: notesKey(conversation_id) })
  }
  useFeed({
    session,
    onEvent: (event) => event.event !== 'presence' && event.data.conversation_id === conversation_id && readAgain(),
    onGap: readAgain,
  })
  return query
}
