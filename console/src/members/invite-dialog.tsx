// Invites somebody: an address and a role, out of which comes a link that is shown once.
import type { Role } from '@parley/contract'
import type { Output } from '@parley/sdk'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useSession } from '../session/session-context.ts'
import { words } from '../settings/texts.ts'
import { ConfirmDialog } from '../ui/dialog.tsx'
import { Field, SelectInput, TextInput } from '../ui/field.tsx'
import { readFaults } from '../settings/faults.ts'
import { Choices } from '../settings/parts.tsx'
import { grantableRoles } from '../session/rights.ts'
import { ShownOnce } from '../settings/shown-once.tsx'
import { invitationsKey } from './invitations.tsx'

const own = words.inviteDialog
const day_seconds = 86_400
const lives = [1, 7, 30] as const

export interface Invited {
  email: string
  role: Role
  /** He is a member already, and gets a link to a new password. */
  isMember?: boolean
}

export function InviteDialog({ invited, onClose }: { invited: Invited; onClose: () => void }) {
  const session = useSession()
  const queries = useQueryClient()
  const [email, setEmail] = useState(invited.email)
  const [name, setName] = useState('')
  const [role, setRole] = useState<Role>(invited.role)
  const [days, setDays] = useState('7')
  const [isChecked, setChecked] = useState(false)
  const invite = useMutation({
    mutationFn: () =>
      session.client.createInvitation({
        email: email.trim(),
        role,
        name: name.trim() === '' ? null : name.trim(),
        expires_in_seconds: Number(days) * day_seconds,
      }),
    onSuccess: () => queries.invalidateQueries({ queryKey: invitationsKey }),
  })
  if (invite.data) return <Link invitation={invite.data} onClose={onClose} />
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
      title={invited.isMember ? own.passwordTitle : own.title}
      description={invited.isMember ? own.passwordText : own.text}
      submit={own.submit}
      isPending={invite.isPending}
      error={faults.other}
      onSubmit={submit}
    >
      <Field label={own.email} error={isChecked && !isAddress ? own.emailUnfit : faults.fields['email']}>
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
          <Field label={own.name} hint={own.nameHint} error={faults.fields['name']}>
            <TextInput value={name} maxLength={200} autoComplete="off" onValueChange={setName} />
          </Field>
          <Choices
            legend={words.members.role}
            name="role"
            choices={grantableRoles(session).map((one) => [
              one,
              words.members.roles[one],
              words.members.roleHints[one],
            ])}
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
    <Field label={own.life}>
      <SelectInput value={days} onChange={(event) => onChange(event.target.value)}>
        {lives.map((count) => (
          <option key={count} value={count}>
            {words.days(count)}
          </option>
        ))}
      </SelectInput>
    </Field>
  )
}

/** A server that does not know its own address leaves that to the page, which was loaded from it. */
function Link({ invitation, onClose }: { invitation: Output<'createInvitation'>; onClose: () => void }) {
  const { url, token, email } = invitation
  return (
    <ShownOnce
      title={own.doneTitle(email)}
      text={own.doneText}
      label={own.link}
      value={url ?? `${location.origin}/accept-invitation#${token}`}
      onClose={onClose}
    />
  )
}
