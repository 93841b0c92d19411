// A note on a conversation: unlike a message in colour and label, so that nobody takes it for one.
import { type Note, handOffBounds } from '@parley/contract'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { formatClock, formatFull } from '../base/format.ts'
import { useSession } from '../session/session-context.ts'
import { AskDialog } from '../settings/ask-dialog.tsx'
import { Check } from '../settings/parts.tsx'
import { IconButton } from '../ui/button.tsx'
import { describeError } from '../ui/describe-error.ts'
import { ConfirmDialog } from '../ui/dialog.tsx'
import { Field, TextArea } from '../ui/field.tsx'
import { Icon } from '../ui/icons.tsx'
import { notify } from '../ui/notify.ts'
import { handlingTexts } from './texts.ts'
import { useCaller } from './use-caller.ts'
import { notesKey } from './use-notes.ts'
import { nameOf } from './who-handles.ts'

const words = handlingTexts.notes

interface Props {
  conversation_id: string
  note: Note
}

export function NoteBubble({ conversation_id, note }: Props) {
  const { client } = useSession()
  const { user_id, scopes } = useCaller()
  const [asked, setAsked] = useState<'edit' | 'remove' | null>(null)
  const { author, text, for_agent, created_at, edited_at } = note
  const isOwn = author.type === 'user' && !author.external && author.id === user_id
  const mayRemove = isOwn || scopes.has('conversations:manage')
  const close = () => setAsked(null)
  return (
    <article
      aria-label={words.title}
      className="group my-1 flex w-full max-w-[min(40rem,94%)] items-start gap-2 self-center rounded-lg border border-dashed border-warn bg-warn-wash px-3 py-2"
    >
      <Icon name="note" className="mt-0.5 shrink-0 text-warn" />
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap gap-x-2 text-xs text-soft">
          <span className="font-medium text-warn">{words.title}</span>
          <span>{nameOf(author)}</span>
          <time dateTime={created_at} title={formatFull(created_at)} className="numeric">
            {formatClock(created_at)}
          </time>
          {edited_at !== null && <span>{words.edited}</span>}
          {for_agent && <span>{words.forAgent}</span>}
        </p>
        <p dir="auto" className="break-words whitespace-pre-wrap">
          {text}
        </p>
      </div>
      {isOwn && <IconButton icon="edit" label={words.edit} onClick={() => setAsked('edit')} />}
      {mayRemove && <IconButton icon="trash" label={words.remove} onClick={() => setAsked('remove')} />}
      {asked === 'edit' && <EditDialog conversation_id={conversation_id} note={note} onClose={close} />}
      {asked === 'remove' && (
        <AskDialog
          title={words.removeTitle}
          text={words.removeText}
          submit={words.remove}
          done={words.removed}
          isDangerous
          changes={[notesKey(conversation_id)]}
          act={() => client.deleteConversationNote({ conversation_id, note_id: note.id })}
          onClose={close}
        />
      )}
    </article>
  )
}

function EditDialog({ conversation_id, note, onClose }: Props & { onClose: () => void }) {
  const { client } = useSession()
  const queries = useQueryClient()
  const [text, setText] = useState(note.text)
  const [isForAgent, setForAgent] = useState(note.for_agent)
  const save = useMutation({
    mutationFn: () =>
      client.updateConversationNote({ conversation_id, note_id: note.id, text: text.trim(), for_agent: isForAgent }),
    async onSuccess() {
      notify(words.saved)
      onClose()
      await queries.invalidateQueries({ queryKey: notesKey(conversation_id) })
    },
  })
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => open || onClose()}
      title={words.edit}
      submit={words.save}
      isPending={save.isPending || text.trim() === ''}
      error={save.error && describeError(save.error)}
      onSubmit={() => save.mutate()}
    >
      <Field label={words.title}>
        <TextArea value={text} maxLength={handOffBounds.note} onChange={(event) => setText(event.target.value)} />
      </Field>
      <Check label={handlingTexts.composer.forAgent} isChecked={isForAgent} onChange={setForAgent} />
    </ConfirmDialog>
  )
}
