// Until when a conversation is put aside.
import { useState } from 'react'
import { fromLocal, toLocal } from '../base/local-time.ts'
import { useSession } from '../session/session-context.ts'
import { Check, Choices } from '../settings/parts.tsx'
import { ConfirmDialog } from '../ui/dialog.tsx'
import { Field, TextInput } from '../ui/field.tsx'
import type { DialogProps } from './dialogs.tsx'
import { type SnoozeChoice, isSnoozable, snoozeUntil } from './snooze.ts'
import { handlingTexts } from './texts.ts'
import { useDialogChange } from './use-dialog-change.ts'

const words = handlingTexts.snoozeDialog

export function SnoozeDialog({ conversation: { id: conversation_id }, onClose }: DialogProps) {
  const { client } = useSession()
  const [choice, setChoice] = useState<SnoozeChoice>('hour')
  const [own, setOwn] = useState(() => toLocal(snoozeUntil('tomorrow', new Date()).toISOString()))
  const [wakes, setWakes] = useState(true)
  const [isUnfit, setUnfit] = useState(false)
  const until = () => (choice === 'own' ? new Date(fromLocal(own) ?? Number.NaN) : snoozeUntil(choice, new Date()))
  const { submit, ...change } = useDialogChange({
    act: () => client.snoozeConversation({ conversation_id, until: until().toISOString(), wake_on_reply: wakes }),
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
      onSubmit={() => {
        const isFit = isSnoozable(until(), new Date())
        setUnfit(!isFit)
        if (isFit) submit()
      }}
    >
      <Choices
        legend={words.until}
        name="until"
        choices={[...words.choices, ['own', words.own] as const]}
        chosen={choice}
        onChoose={setChoice}
      />
      {choice === 'own' && (
        <Field label={words.time} error={isUnfit ? words.invalid : null}>
          <TextInput type="datetime-local" value={own} onValueChange={setOwn} />
        </Field>
      )}
      <Check label={words.wake} isChecked={wakes} onChange={setWakes} />
    </ConfirmDialog>
  )
}
