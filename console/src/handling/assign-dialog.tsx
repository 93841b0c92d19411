// To whom a conversation is offered: a colleague, a team, or nobody.
import { useState } from 'react'
import { useSession } from '../session/session-context.ts'
import { texts } from '../texts/index.ts'
import { ConfirmDialog } from '../ui/dialog.tsx'
import { Field, SelectInput } from '../ui/field.tsx'
import type { DialogProps } from './dialogs.tsx'
import { orderPeople, usePeopleOf } from './people.ts'
import { handlingTexts } from './texts.ts'
import { useCaller } from './use-caller.ts'
import { useDialogChange } from './use-dialog-change.ts'
import { useTeams } from './use-teams.ts'
import { nameOf } from './who-handles.ts'

const { assignDialog: words, colleagues, availability } = handlingTexts

export function AssignDialog({ conversation: { id: conversation_id, handled_by }, onClose }: DialogProps) {
  const session = useSession()
  const { user_id: own_id } = useCaller()
  const { data: people = [] } = usePeopleOf(session)
  const { data: teams = [] } = useTeams()
  const others = orderPeople(people.filter(({ user_id }) => user_id !== own_id))
  const [chosen, setChosen] = useState('')
  const [kind, id] = splitChoice(chosen)
  const { submit, ...change } = useDialogChange({
    act: () => {
      const to = kind === 'user' ? { user_id: id } : kind === 'team' ? { team: id } : { nobody: true as const }
      return session.client.assignConversation({ conversation_id, ...to })
    },
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
      isPending={change.isPending || chosen === ''}
      onSubmit={submit}
    >
      <Field label={words.to}>
        <SelectInput value={chosen} onChange={(event) => setChosen(event.target.value)}>
          <option value="" disabled hidden>
            {texts.none}
          </option>
          {handled_by !== 'agent' && <option value="nobody">{words.nobody}</option>}
          <optgroup label={words.people}>
            {own_id !== null && <option value={`user ${own_id}`}>{words.self}</option>}
            {others.map((person) => (
              <option key={person.user_id} value={`user ${person.user_id}`}>
                {nameOf(person)} · {person.is_online ? availability[person.availability] : colleagues.offline}
                {person.load > 0 && ` · ${colleagues.load(person.load)}`}
              </option>
            ))}
          </optgroup>
          <optgroup label={words.teams}>
            {teams.map(({ key, name }) => (
              <option key={key} value={`team ${key}`}>
                {name}
              </option>
            ))}
          </optgroup>
        </SelectInput>
      </Field>
    </ConfirmDialog>
  )
}

function splitChoice(chosen: string): [kind: string, id: string] {
  const space = chosen.indexOf(' ')
  return space === -1 ? [chosen, ''] : [chosen.slice(0, space), chosen.slice(space + 1)]
}
