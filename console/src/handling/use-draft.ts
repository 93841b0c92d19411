// The draft of one conversation in this tab, kept in the browser. When another tab sends it, or signs out, it goes here too.
import { useEffect, useEffectEvent, useRef, useState } from 'react'
import { useSession } from '../session/session-context.ts'
import { type Draft, browserStore, draftKey, keepDraft, noDraft, readDraft } from './drafts.ts'

export function useDraft(conversation_id: string): [Draft, (change: (draft: Draft) => Draft) => void] {
  const { user, organization } = useSession()
  const key = user && draftKey({ user_id: user.user_id, organization_id: organization.id }, conversation_id)
  const [draft, setDraft] = useState(() => (key === null ? noDraft : readDraft(browserStore(), key)))
  // An answer can come after the page was left; what it changes is kept all the same.
  const newest = useRef(draft)
  const change = (next: (draft: Draft) => Draft) => {
    newest.current = next(newest.current)
    if (key !== null) keepDraft(browserStore(), key, newest.current, Date.now())
    setDraft(newest.current)
  }
  const drop = useEffectEvent(() => {
    newest.current = { ...noDraft, mode: newest.current.mode }
    setDraft(newest.current)
  })
  useEffect(() => {
    const onStorage = (event: StorageEvent) => {
      // Null for the key: everything was removed.
      if (key !== null && (event.key === key || event.key === null) && event.newValue === null) drop()
    }
    addEventListener('storage', onStorage)
    return () => removeEventListener('storage', onStorage)
  }, [key])
  return [draft, change]
}
