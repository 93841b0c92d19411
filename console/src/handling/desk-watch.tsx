// For members who can answer, on every page: being online, the count in the title, and notices. It shows nothing.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import type { Session } from '../session/session.ts'
import { showCount } from '../shell/title.ts'
import type { Feed } from '../live/join-feed.ts'
import { giveNotice } from './give-notice.ts'
import { type Own, type Watched, changeOwn, countWaiting, noticeOf, rememberNotice } from './notices.ts'
import { peopleKey, putPerson, usePeopleOf } from './people.ts'
import type { FeedEvent } from './feed.ts'
import { useFeed } from './use-feed.ts'

interface Props {
  session: Session
  user_id: string
  onOpen: (conversation_id: string) => void
}

const ownKey = ['desk-own'] as const

export function DeskWatch({ session, user_id, onOpen }: Props) {
  const { client } = session
  const queries = useQueryClient()
  const [since] = useState(() => new Date().toISOString())
  const seen = useRef(new Set<string>())
  const { data: own = none } = useQuery({
    queryKey: ownKey,
    queryFn: async ({ signal }): Promise<Own> => {
      const { data } = await client.listInbox({ view: 'mine', limit: 100 }, { signal })
      return new Map(data.map(({ conversation }) => [conversation.id, conversation]))
    },
    staleTime: Number.POSITIVE_INFINITY,
  })
  const { data: people = [] } = usePeopleOf(session)
  const teams = new Set(people.find((person) => person.user_id === user_id)?.teams ?? [])

  const hear = (id: string, conversation: Watched | null, feed: Feed) => {
    queries.setQueryData<Own>(ownKey, (before) => before && changeOwn(before, id, conversation, user_id))
    const notice = conversation && noticeOf(conversation, { user_id, teams, since })
    // Every tab remembers it, so that it is not told again by the tab that reads the feed next.
    if (notice && rememberNotice(seen.current, notice) && feed.isHolder()) giveNotice(notice, onOpen)
  }
  useFeed({
    session,
    onEvent: (event: FeedEvent, feed) => {
      if (event.event === 'presence') return putPerson(queries, event.data.person)
      hear(event.data.conversation_id, event.data.conversation, feed)
    },
    onGap: () => {
      void queries.invalidateQueries({ queryKey: ownKey })
      void queries.invalidateQueries({ queryKey: peopleKey })
    },
  })
  const count = countWaiting(own, user_id)
  useEffect(() => showCount(count), [count])
  useEffect(() => () => showCount(0), [])
  return null
}

const none: Own = new Map()
