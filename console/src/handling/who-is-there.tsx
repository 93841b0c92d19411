// Who else has a conversation open, and who types in it.
import { useEffect, useState } from 'react'
import { type Live, typing_lapses_ms } from '../transcript/live.ts'
import { handlingTexts as words } from './texts.ts'
import { useCaller } from './use-caller.ts'

export function WhoIsThere({ live }: { live: Live }) {
  const { user_id } = useCaller()
  const typists = useTypists(live.typing)
  const people = typists.filter(({ type, id }) => type === 'user' && id !== user_id).map(nameOf)
  const viewers = live.viewers.filter((viewer) => viewer.user_id !== user_id).map(nameOf)
  const lines = [
    ...(typists.some(({ type }) => type === 'end_user') ? [words.endUserTypes] : []),
    ...(people.length > 0 ? [words.typing(people)] : []),
    ...(viewers.length > 0 ? [words.viewers(viewers, live.more_viewers)] : []),
  ]
  return (
    <p role="status" className="min-h-5 shrink-0 truncate px-4 text-xs leading-5 text-faint">
      {lines.join(' · ')}
    </p>
  )
}

const nameOf = ({ name }: { name: string | null }) => name ?? words.somebody

/** Without those who were not heard of lately. */
function useTypists(typing: Live['typing']) {
  const [lapsed, setLapsed] = useState<ReadonlySet<string>>(new Set())
  const heard = Object.entries(typing).map(([who, typist]) => ({ ...typist, mark: `${who} ${typist.beat}` }))
  const marks = heard.map(({ mark }) => mark).join('\n')
  useEffect(() => {
    if (marks === '') return
    const timer = setTimeout(() => setLapsed(new Set(marks.split('\n'))), typing_lapses_ms)
    return () => clearTimeout(timer)
  }, [marks])
  return heard.filter(({ mark }) => !lapsed.has(mark))
}
