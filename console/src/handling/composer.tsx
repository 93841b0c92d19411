// Where people write: a reply to the end user, or a note for colleagues. The two differ in colour, label and button, and each has a text of
// its own, which stays until it is stored.
import { type Conversation, handOffBounds } from '@parley/contract'
import { type Ref, useImperativeHandle } from 'react'
import { classes } from '../ui/classes.ts'
import { ComposerField } from './composer-field.tsx'
import { NoteFoot, ReplyFoot } from './composer-foot.tsx'
import { isLocked } from './sending.ts'
import type { Abilities } from './standing.ts'
import { SuggestionPanel } from './suggestion-panel.tsx'
import { handlingTexts } from './texts.ts'
import { type Mode, type Writing, useWriting } from './use-writing.ts'
import { nameOf } from './who-handles.ts'

const words = handlingTexts.composer
/** As the messages of end users. */
const reply_length = 32_000

export interface ComposerHandle {
  write: (mode: Mode) => void
}

export function Composer({ ref, conversation, items, can, onTyping }: Writing & { ref: Ref<ComposerHandle> }) {
  const written = useWriting({ conversation, items, can, onTyping })
  const { field, draft, change, mode, text, show, write, reply, note, sendReply, sendNote, suggestion, drop } = written
  useImperativeHandle(ref, () => ({ write: show }))
  const isLockedNow = isLocked(written.sender.sending)
  const closed = whyClosed(conversation, can)
  const mayWrite = mode === 'note' ? can.note : closed === null
  return (
    <section
      aria-label={words.label}
      className={classes(
        'shrink-0 border-t-2 pt-2',
        mode === 'note' ? 'border-warn bg-warn-wash' : 'border-accent bg-surface',
      )}
    >
      <Modes mode={mode} onChoose={show} />
      {mode === 'reply' && <SuggestionPanel suggestion={suggestion.suggestion} onUse={drop} onDrop={() => drop()} />}
      {mayWrite ? (
        <>
          <ComposerField
            ref={field}
            conversation={conversation}
            label={mode === 'reply' ? words.replyLabel : words.noteLabel}
            placeholder={mode === 'reply' ? words.replyPlaceholder : words.notePlaceholder}
            hasCanned={mode === 'reply'}
            isNote={mode === 'note'}
            isLocked={isLockedNow}
            text={text}
            maxLength={mode === 'reply' ? reply_length : handOffBounds.note}
            onChange={write}
            onBlur={() => onTyping(false)}
            onSend={() => (mode === 'reply' ? sendReply('keep') : sendNote())}
          />
          {mode === 'reply' ? (
            <ReplyFoot
              way={can.reply}
              isQueued={conversation.handled_by === 'queue'}
              canReturn={conversation.agent_version_id !== null}
              canEnd={conversation.channel === 'text'}
              isBlank={text.trim() === ''}
              sender={reply}
              onSend={sendReply}
              onSuggest={conversation.agent_version_id === null ? null : suggestion.ask}
            />
          ) : (
            <NoteFoot
              isForAgent={draft.for_agent}
              isBlank={text.trim() === ''}
              sender={note}
              onForAgent={(for_agent) => change((before) => ({ ...before, for_agent }))}
              onSend={sendNote}
            />
          )}
        </>
      ) : (
        <p className="px-4 pb-3 text-soft">{mode === 'reply' ? closed : words.closed}</p>
      )}
    </section>
  )
}

function whyClosed(conversation: Conversation, can: Abilities): string | null {
  if (can.reply !== null) return null
  if (can.takeFrom) return words.other(nameOf(conversation.assignee))
  return can.prioritize ? words.unsupported : words.closed
}

function Modes({ mode, onChoose }: { mode: Mode; onChoose: (mode: Mode) => void }) {
  return (
    <div role="group" aria-label={words.label} className="flex gap-1 px-3 pb-2 wide:px-4">
      {(['reply', 'note'] as const).map((one) => (
        <button
          key={one}
          type="button"
          aria-pressed={one === mode}
          className={classes(
            'h-7 rounded-md px-2.5',
            one !== mode && 'text-soft hover:bg-hover hover:text-ink',
            one === mode &&
              (one === 'note' ? 'bg-warn font-medium text-surface' : 'bg-accent font-medium text-accent-ink'),
          )}
          onClick={() => onChoose(one)}
        >
          {words[one]}
        </button>
      ))}
    </div>
  )
}
