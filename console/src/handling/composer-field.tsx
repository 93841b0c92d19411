// The field of the composer: it grows with its text, sends with Ctrl+Enter, and finds canned replies after a `/`.
import type { Conversation } from '@parley/contract'
import { type KeyboardEvent, type RefObject, useId, useState } from 'react'
import { classes } from '../ui/classes.ts'
import { controlClasses } from '../ui/control-classes.ts'
import { CannedList } from './canned-list.tsx'
import { handlingTexts } from './texts.ts'
import { useCanned } from './use-canned.ts'

const words = handlingTexts.composer

interface Props {
  ref: RefObject<HTMLTextAreaElement | null>
  conversation: Conversation
  label: string
  placeholder: string
  hasCanned: boolean
  isNote: boolean
  /** Its fate is unknown, so it is not changed. */
  isLocked: boolean
  text: string
  maxLength: number
  onChange: (text: string) => void
  onBlur: () => void
  onSend: () => void
}

export function ComposerField(props: Props) {
  const { ref, conversation, label, placeholder, hasCanned, isNote, isLocked, text, maxLength } = props
  const { onChange, onBlur, onSend } = props
  const list = useId()
  const [missing, setMissing] = useState<readonly string[]>([])
  const canned = useCanned({
    conversation_id: conversation.id,
    team: conversation.team?.key,
    text,
    onReplace(next, cursor, names) {
      onChange(next)
      setMissing(names)
      requestAnimationFrame(() => ref.current?.setSelectionRange(cursor, cursor))
    },
  })
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return
    const act = keysOf(canned, event, onSend, () => ref.current?.blur())
    if (!act) return
    event.preventDefault()
    event.stopPropagation()
    act()
  }
  // What was filled in is no longer missing.
  const left = missing.filter((name) => text.includes(`[${name}]`))
  return (
    <div className="relative px-3 wide:px-4">
      {hasCanned && <CannedList id={list} canned={canned} />}
      <textarea
        ref={ref}
        rows={2}
        dir="auto"
        aria-label={label}
        aria-keyshortcuts="Control+Enter"
        title={words.keys}
        placeholder={placeholder}
        maxLength={maxLength}
        value={text}
        readOnly={isLocked}
        {...(hasCanned ? completionOf(canned, list) : {})}
        onChange={(event) => {
          const { value, selectionEnd } = event.currentTarget
          onChange(value)
          if (hasCanned) canned.look(value, selectionEnd)
        }}
        onKeyDown={onKeyDown}
        onBlur={() => {
          canned.close()
          onBlur()
        }}
        className={classes(
          controlClasses,
          'field-sizing-content h-auto max-h-48 min-h-14 resize-none py-1.5 leading-5 read-only:opacity-70',
          isNote && 'border-warn',
        )}
      />
      {left.length > 0 && (
        <p role="status" className="pt-1 text-xs text-warn">
          {words.missing(left)}
        </p>
      )}
    </div>
  )
}

/** A field of several lines cannot have the role of a combobox, but the properties of one. */
function completionOf({ isOpen, replies, active }: ReturnType<typeof useCanned>, list: string) {
  const isShown = isOpen && replies.length > 0
  return {
    'aria-autocomplete': 'list' as const,
    'aria-haspopup': 'listbox' as const,
    ...(isShown ? { 'aria-controls': list, 'aria-activedescendant': `${list}-${active}` } : {}),
  }
}

/** Escape leaves the field, so that letters are keys again. */
function keysOf(canned: ReturnType<typeof useCanned>, event: KeyboardEvent, onSend: () => void, leave: () => void) {
  const { key, ctrlKey, metaKey, shiftKey, altKey } = event
  if (key === 'Enter' && (ctrlKey || metaKey)) return onSend
  if (key === 'Escape' && !canned.isOpen) return leave
  if (!canned.isOpen || shiftKey || altKey || ctrlKey || metaKey) return null
  switch (key) {
    case 'ArrowDown':
      return () => canned.move(1)
    case 'ArrowUp':
      return () => canned.move(-1)
    case 'Escape':
      return canned.close
    case 'Enter':
    case 'Tab':
      return canned.replies.length > 0 ? () => canned.choose(canned.replies[canned.active]) : null
    default:
      return null
  }
}
