// What can be done with the conversation, and the question before it is ended.
import type { WebWidgetConfig } from '@parley/contract'
import { useEffect, useRef } from 'preact/hooks'
import type { Chat } from '../course/chat.ts'
import { historyOf } from '../course/history.ts'
import type { Say } from '../texts/texts.ts'
import { downloadTranscript } from './download.ts'
import { Icon } from './icons.tsx'
import { askPeople } from './people-parts.tsx'

interface MenuProps {
  chat: Chat
  config: WebWidgetConfig
  say: Say
  locale: string
  agent: string
  onEnd: () => void
}

/** Closes by itself, by Escape, and by a press beside it. */
export function Menu({ chat, config, say, locale, agent, onEnd }: MenuProps) {
  const { conversation_id, view, past, permissions } = chat.state
  const isActive = conversation_id !== null && view.ended === null
  const shown = past ?? chat.state
  const acts: [string, boolean, () => void][] = [
    [
      say('person'),
      isActive && view.handled_by === 'agent' && permissions.includes('handoff') && config.person_button !== false,
      () => void askPeople(chat, say, 'handoff'),
    ],
    [say('history'), config.history !== false, () => void historyOf(chat).load()],
    [
      say('download'),
      config.transcript_download !== false && shown.view.items.length > 0,
      () => downloadTranscript(shown.view, { agent, say, locale }),
    ],
    [say('end'), isActive && config.end_button !== false, onEnd],
  ]
  const offered = acts.filter(([, isShown]) => isShown)
  const box = useRef<HTMLDetailsElement>(null)
  useEffect(() => {
    const close = (event: Event) => {
      const details = box.current
      if (!details?.open) return
      const isEscape = event instanceof KeyboardEvent && event.key === 'Escape'
      if (event instanceof KeyboardEvent && !isEscape) return
      if (!isEscape && details.contains(event.target as Node) && !(event.target as Element).closest('li')) return
      // Escape closes the menu alone.
      if (isEscape) event.stopImmediatePropagation()
      setTimeout(() => (details.open = false))
      if (isEscape) details.querySelector('summary')!.focus()
    }
    for (const name of ['click', 'keydown']) document.addEventListener(name, close, true)
    return () => {
      for (const name of ['click', 'keydown']) document.removeEventListener(name, close, true)
    }
  }, [])
  if (offered.length === 0) return null
  return (
    <details class="menu" ref={box}>
      <summary class="icon" aria-label={say('menu')} title={say('menu')}>
        <Icon name="menu" />
      </summary>
      <ul>
        {offered.map(([label, , act]) => (
          <li key={label}>
            <button type="button" onClick={act}>
              {label}
            </button>
          </li>
        ))}
      </ul>
    </details>
  )
}

export function AskEnd({ say, onEnd, onCancel }: { say: Say; onEnd: () => void; onCancel: () => void }) {
  const first = useRef<HTMLButtonElement>(null)
  useEffect(() => first.current?.focus(), [])
  return (
    <section class="panel" role="alertdialog" aria-label={say('end_ask')}>
      <strong>{say('end_ask')}</strong>
      <div class="acts">
        <button class="button" type="button" ref={first} onClick={onEnd}>
          {say('end')}
        </button>
        <button class="button plain" type="button" onClick={onCancel}>
          {say('cancel')}
        </button>
      </div>
    </section>
  )
}
