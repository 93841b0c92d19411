// Where the visitor writes. Enter sends, unless it belongs to an input method; a draft survives a reload.
import { useEffect, useRef, useState } from 'preact/hooks'
import type { Chat } from '../course/chat.ts'
import type { Storage } from '../course/ports.ts'
import { replyInProgress } from '../course/view.ts'
import type { Say } from '../texts/texts.ts'
import { Icon } from './icons.tsx'

interface Props {
  chat: Chat
  say: Say
  storage: Storage
  characters: number
  canStop: boolean
}

export function Composer({ chat, say, storage, characters, canStop }: Props) {
  const [text, setText] = useState(() => storage.get('draft') ?? '')
  const [hasNoRoom, setNoRoom] = useState(false)
  const field = useRef<HTMLTextAreaElement>(null)
  const change = (value: string) => {
    setText(value)
    setNoRoom(false)
    if (value) storage.set('draft', value)
    else storage.remove('draft')
  }
  const tooMany = [...text.trim()].length - characters
  const send = () => {
    const value = text.trim()
    if (value === '' || tooMany > 0) return
    if (chat.send(value)) change('')
    else setNoRoom(true)
    field.current?.focus()
  }
  useEffect(() => {
    const clear = () => setText(storage.get('draft') ?? '')
    document.addEventListener('parley-drafts', clear)
    return () => document.removeEventListener('parley-drafts', clear)
  }, [])
  const isReplying = replyInProgress(chat.state.view) !== null
  const fault = tooMany > 0 ? say('too_long', { n: tooMany }) : hasNoRoom ? say('too_many') : null
  return (
    <>
      {fault && (
        <p class="bar bad" role="alert" id="composer-fault">
          {fault}
        </p>
      )}
      <form
        class="composer"
        onSubmit={(event) => {
          event.preventDefault()
          send()
        }}
      >
        <textarea
          id="composer"
          ref={field}
          rows={1}
          dir="auto"
          aria-label={say('message')}
          aria-invalid={fault !== null}
          aria-describedby={fault ? 'composer-fault' : undefined}
          placeholder={say('hint')}
          value={text}
          onInput={(event) => change(event.currentTarget.value)}
          onKeyDown={(event) => {
            // 229: a key that the input method takes.
            if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return
            event.preventDefault()
            send()
          }}
        />
        {isReplying && canStop && text === '' ? (
          <button class="icon" type="button" aria-label={say('stop')} onClick={() => void chat.stop()}>
            <Icon name="stop" />
          </button>
        ) : (
          <button class="icon" type="submit" aria-label={say('send')} disabled={text.trim() === '' || tooMany > 0}>
            <Icon name="send" />
          </button>
        )}
      </form>
    </>
  )
}
