// Invites someone with an address and a role. The link is shown once.
import type { Role } from '@parley/contract'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { settingsTexts } from '../settings/texts.ts'
import { ConfirmDialog } from '../ui/dialog.tsx'
import { Field, SelectInput, TextInput } from '../ui/field.tsx'
import { readFaults } from '../settings/faults.ts'
import { Choices } from '../settings/parts.tsx'
import { InvitationLink } from './invitation-link.tsx'
import type { People } from './people.ts'
import { peopleTexts } from './texts.ts'

const words = peopleTexts.inviteDialog
const day_seconds = 86_400
const lives = [1, 7, 30] as const

export interface Invited {
  email: string
  role: Role
  /** They are already a member and get a link to set a new password. */
  isMember?: boolean
}

interface Props {
  people: People
  invited: Invited
  onClose: () => void
}

export function InviteDialog({ people, invited, onClose }: Props) {
  const queries = useQueryClient()
  const [email, setEmail] = useState(invited.email)
  const [name, setName] = useState('')
  const [role, setRole] = useState<Role>(invited.role)
  const [days, setDays] = useState('7')
  const [isChecked, setChecked] = useState(false)
  const invite = useMutation({
    mutationFn: () =>
      people.invite({
        email: email.trim(),
        role,
        name: name.trim() === '' ? null : name.trim(),
        expires_in_seconds: Number(days) * day_seconds,
      }),
    onSuccess: () => queries.invalidateQueries({ queryKey: people.invitationsKey }),
  })
  if (invite.data) return <InvitationLink invitation={invite.data} onClose={onClose} />
  const isAddress = /^[^@\s]+@[^@\s]+$/.test(email.trim())
  const faults = readFaults(invite.error, ['email', 'name'])
  const submit = () => {
    setChecked(true)
    if (isAddress) invite.mutate()
  }
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => open || onClose()}
      title={invited.isMember ? words.passwordTitle : words.title}
      description={invited.isMember ? words.passwordText : words.text}
      submit={words.submit}
      isPending={invite.isPending}
      error={faults.other}
      onSubmit={submit}
    >
      <Field label={words.email} error={isChecked && !isAddress ? words.emailUnfit : faults.fields['email']}>
        <TextInput
          type="email"
          value={email}
          maxLength={320}
          autoComplete="off"
          readOnly={invited.isMember === true}
          onValueChange={setEmail}
        />
      </Field>
      {!invited.isMember && (
        <>
          <Field label={words.name} hint={words.nameHint} error={faults.fields['name']}>
            <TextInput value={name} maxLength={200} autoComplete="off" onValueChange={setName} />
          </Field>
          <Choices
            legend={settingsTexts.role}
            name="role"
            choices={people.grantable.map((one) => [one, settingsTexts.roles[one], settingsTexts.roleHints[one]])}
            chosen={role}
            onChoose={setRole}
          />
        </>
      )}
      <LifeField days={days} onChange={setDays} />
    </ConfirmDialog>
  )
}

function LifeField({ days, onChange }: { days: string; onChange: (days: string) => void }) {
  return (
    <Field label={words.life}>
      <SelectInput value={days} onChange={(event) => onChange(event.target.value)}>
        {lives.map((count) => (
          <option key={count} value={count}>
            {settingsTexts.days(count)}
          </option>
        ))}
      </SelectInput>
    </Field>
  )
}
