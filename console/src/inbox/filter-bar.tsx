// The bar above the list: the search, and the filters, which come after the first screen.
import { Suspense, lazy, useEffect, useRef, useState } from 'react'
import type { Session } from '../session.ts'
import { useKeys } from '../shell/use-keys.ts'
import { texts } from '../texts/index.ts'
import { controlClasses } from '../ui/control-classes.ts'
import { Icon } from '../ui/icons.tsx'
import type { Filters } from './filters.ts'

const FilterChips = lazy(async () => ({ default: (await import('./filter-chips.tsx')).FilterChips }))

interface BarProps {
  session: Session
  filters: Filters
  onChange: (filters: Filters) => void
}

export function FilterBar({ session, filters, onChange }: BarProps) {
  return (
    <div className="flex flex-wrap items-center gap-1.5">
      <SearchField value={filters.user_id ?? ''} onChange={(user_id) => onChange({ ...filters, user_id })} />
      <Suspense fallback={<span className="h-8" />}>
        <FilterChips session={session} filters={filters} onChange={onChange} />
      </Suspense>
    </div>
  )
}

/** Long enough for a word, short enough to feel immediate. */
const typing_pause_ms = 250

function SearchField({ value, onChange }: { value: string; onChange: (value: string | undefined) => void }) {
  const [text, setText] = useState(value)
  const field = useRef<HTMLInputElement>(null)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useKeys({ '/': () => field.current?.select() })
  useEffect(() => {
    // What is still being typed is newer.
    if (timer.current === undefined) setText(value)
  }, [value])
  // Whoever has gone on to another page is not called back.
  useEffect(() => () => clearTimeout(timer.current), [])
  const change = (next: string, pause_ms: number) => {
    setText(next)
    clearTimeout(timer.current)
    timer.current = setTimeout(() => {
      timer.current = undefined
      onChange(next.trim() === '' ? undefined : next.trim())
    }, pause_ms)
  }
  return (
    <label className="relative w-full wide:w-56">
      <span className="sr-only">{texts.inbox.search}</span>
      <Icon name="search" className="pointer-events-none absolute top-2 left-2.5 text-faint" />
      <input
        ref={field}
        type="search"
        className={`${controlClasses} pr-7 pl-8 [&::-webkit-search-cancel-button]:hidden`}
        placeholder={texts.inbox.search}
        value={text}
        maxLength={512}
        onChange={(event) => change(event.target.value, typing_pause_ms)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') change(text, 0)
          if (event.key !== 'Escape') return
          if (text === '') event.currentTarget.blur()
          else change('', 0)
        }}
      />
      {text === '' && (
        <kbd className="pointer-events-none absolute top-1.5 right-2 rounded border border-line px-1.5 font-sans text-xs leading-4.5 text-faint max-wide:hidden">
          {texts.inbox.searchKey}
        </kbd>
      )}
    </label>
  )
}
