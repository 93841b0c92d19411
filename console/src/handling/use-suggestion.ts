// Has a reply suggested, on demand.
import { useEffect, useRef, useState } from 'react'
import { useSession } from '../session/session-context.ts'
import { describeError } from '../ui/describe-error.ts'
import { type Suggestion, hearSuggestion, noSuggestion } from './suggestion.ts'

export function useSuggestion(conversation_id: string) {
  const { client } = useSession()
  const [suggestion, setSuggestion] = useState<Suggestion>(noSuggestion)
  const running = useRef(new AbortController())
  useEffect(() => () => running.current.abort(), [])
  const ask = async () => {
    running.current.abort()
    const controller = new AbortController()
    running.current = controller
    const { signal } = controller
    setSuggestion({ state: 'writing', text: '' })
    try {
      for await (const event of client.suggestReply({ conversation_id }, { signal })) {
        if (signal.aborted) return
        setSuggestion((before) => hearSuggestion(before, event))
      }
    } catch (error) {
      if (!signal.aborted) setSuggestion({ state: 'failed', message: describeError(error) })
    }
  }
  return {
    suggestion,
    ask: () => void ask(),
    drop() {
      running.current.abort()
      setSuggestion(noSuggestion)
    },
  }
}
