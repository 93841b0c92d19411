// Listens to the feed of the organization while a component is shown.
import { useEffect, useEffectEvent, useState } from 'react'
import type { Session } from '../session/session.ts'
import type { Feed } from '../live/join-feed.ts'
import { type FeedEvent, joinFeed } from './feed.ts'

interface Listening {
  session: Session
  onEvent: (event: FeedEvent, feed: Feed) => void
  onGap: () => void
}

/** Whether the feed is live: true until it is lost. */
export function useFeed({ session, onEvent, onGap }: Listening): boolean {
  const [isLive, setLive] = useState(true)
  const hear = useEffectEvent(onEvent)
  const miss = useEffectEvent(onGap)
  const isAllowed = session.scopes.has('conversations:reply')
  useEffect(() => {
    if (!isAllowed) return
    const feed = joinFeed(session, {
      onEvent: (event) => hear(event, feed),
      onGap: () => miss(),
      onState: setLive,
    })
    return feed.leave
  }, [session, isAllowed])
  return isLive
}
