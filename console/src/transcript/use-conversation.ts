// One conversation, its turns and its events: read once, then kept up to date by its stream.
import type { Conversation } from '@parley/contract'
import { ApiError } from '@parley/sdk'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useMemo, useReducer, useRef, useState } from 'react'
import { isActive, isUnsettled } from './conversation-state.ts'
import { findShownRow } from './listed-conversations.ts'
import type { Session } from '../session/session.ts'
import { useIsVisible } from '../live/use-presence.ts'
import { useIsReachable } from '../shell/use-reachable.ts'
import { type Live, hear, nothingYet } from './live.ts'
import { readWhole } from './read-whole.ts'
import { type TurnPage, readTurns } from './turns.ts'

const poll_ms = 2000
const reconnect_ms = 2000
/** Events come in bursts. The transcript is read once for each burst. */
const burst_ms = 120
const turns_in_page = 100

export const conversationKey = (conversation_id: string) => ['conversation', conversation_id] as const
const turnsKey = (conversation_id: string) => ['turns', conversation_id] as const

export function useConversation({ client, scopes }: Session, conversation_id: string) {
  const queries = useQueryClient()
  const maySeeTranscript = scopes.has('conversations:read_sensitive')
  const [hasRunningTurn, setRunningTurn] = useState(false)
  const conversation = useQuery({
    queryKey: conversationKey(conversation_id),
    queryFn: ({ signal }) => readWhole((start) => client.getConversation({ conversation_id, ...start }, { signal })),
    // The page appears at once with what a list has loaded; the transcript follows.
    placeholderData: () => findShownRow(queries, conversation_id),
    // The stream reports changes. Without it, or while a summary is written or a tool call runs, the conversation is polled.
    refetchInterval: ({ state: { data } }) => {
      if (!data || !isUnsettled(data)) return false
      return (!maySeeTranscript || !isActive(data) || hasRunningTurn) && poll_ms
    },
  })
  const { data: pages = none } = useQuery({
    queryKey: turnsKey(conversation_id),
    queryFn: ({ signal }) =>
      readTurns(queries.getQueryData<TurnPage[]>(turnsKey(conversation_id)) ?? [], (cursor) => {
        const start = cursor === undefined ? {} : { cursor }
        return client.listConversationTurns({ conversation_id, limit: turns_in_page, ...start }, { signal })
      }),
    enabled: maySeeTranscript,
  })
  const turns = useMemo(() => pages.flatMap((page) => page.turns), [pages])
  const areTurnsCut = pages.length > 0 && pages.at(-1)!.next !== null
  const stream = useStream(client, conversation_id, maySeeTranscript, conversation.data)
  const runs = Object.values(stream.live.turns).includes('running')
  if (runs !== hasRunningTurn) setRunningTurn(runs)
  return { conversation, turns, areTurnsCut, maySeeTranscript, ...stream }
}

const none: TurnPage[] = []

function useStream(
  client: Session['client'],
  conversation_id: string,
  isAllowed: boolean,
  conversation: Conversation | undefined,
) {
  // If it changes, there may be new events of a conversation that has ended.
  const round = conversation?.analysis_status
  const queries = useQueryClient()
  const [live, dispatch] = useReducer(hear, nothingYet)
  const [isConnected, setConnected] = useState(true)
  const after = useRef(0)
  const isVisible = useIsVisible()
  const isReachable = useIsReachable(
    client,
    isAllowed && isVisible && conversation !== undefined && isActive(conversation),
  )

  useEffect(() => {
    if (!isAllowed || !isVisible || !isReachable || round === undefined) return
    const controller = new AbortController()
    const { signal } = controller
    let timer: ReturnType<typeof setTimeout> | undefined
    let burst: ReturnType<typeof setTimeout> | undefined
    const readAgain = () => {
      burst ??= setTimeout(() => {
        burst = undefined
        void queries.invalidateQueries({ queryKey: conversationKey(conversation_id) })
        void queries.invalidateQueries({ queryKey: turnsKey(conversation_id) })
      }, burst_ms)
    }
    const listen = async () => {
      let heard: boolean
      do {
        heard = false
        for await (const event of client.streamConversationEvents(
          { conversation_id, after: after.current },
          { signal },
        )) {
          setConnected(true)
          dispatch(event)
          if (!('id' in event)) continue
          heard = true
          after.current = event.id
          readAgain()
        }
        // After the end, events that were added since.
      } while (heard)
      setConnected(true)
    }
    const start = () => {
      listen().catch((error: unknown) => {
        if (signal.aborted) return
        if (error instanceof ApiError && error.status < 500 && error.status !== 429) return readAgain()
        setConnected(false)
        timer = setTimeout(start, reconnect_ms)
      })
    }
    start()
    return () => {
      controller.abort()
      clearTimeout(timer)
      clearTimeout(burst)
    }
  }, [client, conversation_id, isAllowed, isVisible, isReachable, round, queries])
  return { live: live satisfies Live, isConnected: isConnected && isReachable }
}
