// Why there is no conversation right now.
import { useEffect, useState } from 'preact/hooks'
import type { Chat } from '../course/chat.ts'
import type { Say } from '../texts/texts.ts'

/** In words, with what is left to wait. */
export function Refused({ chat, say }: { chat: Chat; say: Say }) {
  const { refusal } = chat.state
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000)
    return () => clearInterval(timer)
  }, [])
  if (!refusal) return null
  const seconds = refusal.until === null ? 0 : Math.ceil((refusal.until - now) / 1000)
  return (
    <p class="bar bad" role="alert">
      <span>{say(refusal.text)}</span>
      {seconds > 0 && <span aria-live="off">{say('wait', { n: seconds })}</span>}
    </p>
  )
}
