// The field to write as the end user. It keeps the focus.
import { type KeyboardEvent, useRef, useState } from 'react'
import { testerTexts as words } from './texts.ts'
import { Button, IconButton } from '../ui/button.tsx'
import { classes } from '../ui/classes.ts'
import { controlClasses } from '../ui/control-classes.ts'

interface ComposerProps {
  /** Undefined if no reply can be stopped. */
  onStop: (() => void) | undefined
  onSend: (text: string) => void
}

export function Composer({ onStop, onSend }: ComposerProps) {
  const [text, setText] = useState('')
  const field = useRef<HTMLTextAreaElement>(null)
  const isBlank = text.trim() === ''
  const send = () => {
    if (isBlank) return
    onSend(text.trim())
    setText('')
    field.current!.focus()
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
    event.preventDefault()
    send()
  }
  const stop = () => {
    onStop?.()
    field.current!.focus()
  }
  return (
    <div className="flex items-end gap-2 border-t border-line bg-canvas px-3 py-2.5 wide:px-4">
      <textarea
        ref={field}
        autoFocus
        rows={1}
        dir="auto"
        aria-label={words.message}
        title={words.keys}
        placeholder={words.placeholder}
        maxLength={32_000}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={onKeyDown}
        className={classes(
          controlClasses,
          'field-sizing-content h-auto max-h-40 min-h-8 resize-none py-1.5 leading-4.5',
        )}
      />
      {onStop && <IconButton icon="stop" label={words.stop} kind="plain" onClick={stop} />}
      <Button kind="primary" icon="up" disabled={isBlank} onClick={send}>
        {words.send}
      </Button>
    </div>
  )
}
