// What is asked before a conversation goes to people or back to its agent.
import {
  type CallerReason,
  type Conversation,
  type Priority,
  callerReasons,
  handOffBounds,
  priorities,
} from '@parley/contract'
import { useState } from 'react'
import { useSession } from '../session/session-context.ts'
import { Check } from '../settings/parts.tsx'
import { ConfirmDialog } from '../ui/dialog.tsx'
import { Field, SelectInput, TextArea } from '../ui/field.tsx'
import { handlingTexts } from './texts.ts'
import { useDialogChange } from './use-dialog-change.ts'
import { useTeams } from './use-teams.ts'

export interface DialogProps {
  conversation: Conversation
  onClose: () => void
}

const blankIsNull = (text: string) => (text.trim() === '' ? null : text.trim())

export function HandOffDialog({ conversation: { id: conversation_id }, onClose }: DialogProps) {
  const words = handlingTexts.handOffDialog
  const { client } = useSession()
  const { data: teams = [] } = useTeams()
  const [reason, setReason] = useState<CallerReason>('requested')
  const [team, setTeam] = useState('')
  const [priority, setPriority] = useState<Priority | ''>('')
  const [text, setText] = useState('')
  const [isForced, setForced] = useState(false)
  const { submit, ...change } = useDialogChange({
    act: () =>
      client.handOffConversation({
        ...{ conversation_id, reason, text: blankIsNull(text), force: isForced },
        ...(team === '' ? {} : { team }),
        ...(priority === '' ? {} : { priority }),
      }),
    done: words.done,
    onClose,
  })
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => open || onClose()}
      title={words.title}
      description={words.text}
      submit={words.submit}
      {...change}
      onSubmit={submit}
    >
      <Field label={words.reason}>
        <SelectInput value={reason} onChange={(event) => setReason(event.target.value as CallerReason)}>
          {callerReasons.map((one) => (
            <option key={one} value={one}>
              {handlingTexts.reasons[one]}
            </option>
          ))}
        </SelectInput>
      </Field>
      <Field label={words.team}>
        <SelectInput value={team} onChange={(event) => setTeam(event.target.value)}>
          <option value="">{words.usualTeam}</option>
          {teams.map(({ key, name }) => (
            <option key={key} value={key}>
              {name}
            </option>
          ))}
        </SelectInput>
      </Field>
      <Field label={words.priority}>
        <SelectInput value={priority} onChange={(event) => setPriority(event.target.value as Priority | '')}>
          <option value="">{words.priorityStays}</option>
          <PriorityOptions />
        </SelectInput>
      </Field>
      <Field label={words.note} hint={words.noteHint}>
        <TextArea value={text} maxLength={handOffBounds.text} onChange={(event) => setText(event.target.value)} />
      </Field>
      <Check label={words.force} isChecked={isForced} onChange={setForced} />
    </ConfirmDialog>
  )
}

export function PriorityOptions() {
  return priorities.map((one) => (
    <option key={one} value={one}>
      {handlingTexts.priorities[one]}
    </option>
  ))
}

export function ReturnDialog({ conversation, onClose }: DialogProps) {
  const words = handlingTexts.returnDialog
  const { id: conversation_id, handling } = conversation
  const { client } = useSession()
  const isUnanswered = (handling?.unanswered_since ?? null) !== null
  const [note, setNote] = useState('')
  const [answer, setAnswer] = useState(isUnanswered)
  const { submit, ...change } = useDialogChange({
    act: () => client.returnConversation({ conversation_id, note: blankIsNull(note), answer: answer && isUnanswered }),
    done: words.done,
    onClose,
  })
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => open || onClose()}
      title={words.title}
      description={words.text}
      submit={words.submit}
      {...change}
      onSubmit={submit}
    >
      <Field label={words.note} hint={words.noteHint}>
        <TextArea
          value={note}
          maxLength={handOffBounds.return_note}
          onChange={(event) => setNote(event.target.value)}
        />
      </Field>
      {isUnanswered && <Check label={words.answer} isChecked={answer} onChange={setAnswer} />}
    </ConfirmDialog>
  )
}
