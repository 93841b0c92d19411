// A search field above a list. It applies after a pause in typing; `/` moves the focus to it.
import { useEffect, useRef, useState } from 'react'
import { useKeys } from './use-keys.ts'
import { texts } from '../texts/index.ts'
import { controlClasses } from './control-classes.ts'
import { Icon } from './icons.tsx'

/** Long enough for a word, short enough to feel immediate. */
const typing_pause_ms = 250

interface SearchProps {
  label: string
  value: string
  onChange: (value: string | undefined) => void
  /** Of several on a page, one has the key. */
  hasKey?: boolean
}

export function SearchField({ label, value, onChange, hasKey = true }: SearchProps) {
  const [text, setText] = useState(value)
  const field = useRef<HTMLInputElement>(null)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useKeys(hasKey ? { '/': () => field.current?.select() } : {})
  useEffect(() => {
    // What is still being typed is newer than the value.
    if (timer.current === undefined) setText(value)
  }, [value])
  // After the page was left, nothing is called back.
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
      <span className="sr-only">{label}</span>
      <Icon name="search" className="pointer-events-none absolute top-2 left-2.5 text-faint" />
      <input
        ref={field}
        type="search"
        className={`${controlClasses} pr-7 pl-8 [&::-webkit-search-cancel-button]:hidden`}
        placeholder={label}
        value={text}
        maxLength={512}
        onChange={(event) => change(event.target.value, typing_pause_ms)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') {
            // In a dialog it would send the form.
            event.preventDefault()
            change(text, 0)
          }
          if (event.key !== 'Escape') return
          if (text === '') event.currentTarget.blur()
          else change('', 0)
        }}
      />
      {hasKey && text === '' && (
        <kbd className="pointer-events-none absolute top-1.5 right-2 rounded border border-line px-1.5 font-sans text-xs leading-4.5 text-faint max-wide:hidden">
          {texts.searchKey}
        </kbd>
      )}
    </label>
  )
}
