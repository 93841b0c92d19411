// Canned replies that fit what is typed after a `/`, and what one says in a conversation.
import type { CannedReply } from '@parley/contract'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useSession } from '../session/session-context.ts'
import { notifyError } from '../ui/notify.ts'
import { type Slash, findSlash, replaceSlash } from './slash.ts'

const shown_at_most = 8

interface Options {
  conversation_id: string
  team: string | undefined
  text: string
  onReplace: (text: string, cursor: number, missing: readonly string[]) => void
}

export function useCanned({ conversation_id, team, text, onReplace }: Options) {
  const { client } = useSession()
  const [slash, setSlash] = useState<Slash | null>(null)
  const [active, setActive] = useState(0)
  const search = slash?.search ?? null
  const { data: replies = [], isFetching } = useQuery({
    queryKey: ['canned-replies', 'found', search, team],
    queryFn: async ({ signal }) => {
      const asked = { limit: shown_at_most, ...(search ? { search } : {}), ...(team === undefined ? {} : { team }) }
      return (await client.listCannedReplies(asked, { signal })).data
    },
    enabled: search !== null,
    placeholderData: keepPreviousData,
  })
  const close = () => setSlash(null)
  const choose = async ({ id: canned_reply_id }: CannedReply) => {
    const found = slash
    close()
    if (found === null) return
    try {
      const rendered = await client.renderCannedReply({ canned_reply_id, conversation_id })
      const replaced = replaceSlash(text, found, rendered.text)
      onReplace(replaced.text, replaced.cursor, rendered.missing)
    } catch (error) {
      notifyError(error)
    }
  }
  return {
    isOpen: slash !== null,
    replies,
    isFetching,
    active: Math.min(active, Math.max(0, replies.length - 1)),
    look(value: string, cursor: number) {
      const found = findSlash(value, cursor)
      if (found?.search !== slash?.search) setActive(0)
      setSlash(found)
    },
    move: (step: 1 | -1) => setActive((before) => (before + step + replies.length) % Math.max(1, replies.length)),
    choose: (reply: CannedReply | undefined) => reply && void choose(reply),
    close,
  }
}
