// Invitations, those that are open first: who was asked, by whom, and what became of it.
import { invitationStates } from '@parley/contract'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { formatFull } from '../base/format.ts'
import { AskDialog } from '../settings/ask-dialog.tsx'
import { readFaults } from '../settings/faults.ts'
import { PagedTable } from '../settings/paged-table.tsx'
import { Section } from '../settings/settings-page.tsx'
import { settingsTexts } from '../settings/texts.ts'
import { usePages } from '../settings/use-pages.ts'
import { texts } from '../texts/index.ts'
import { Button, IconButton } from '../ui/button.tsx'
import { controlClasses } from '../ui/control-classes.ts'
import { ConfirmDialog } from '../ui/dialog.tsx'
import { InvitationLink } from './invitation-link.tsx'
import type { Invitation, InvitationState, NewInvitation, People } from './people.ts'
import { peopleTexts } from './texts.ts'

const words = peopleTexts.invitations

interface Props {
  people: People
  /** Where the page has no button for it elsewhere. */
  onInvite?: () => void
}

export function Invitations({ people, onInvite }: Props) {
  const [state, setState] = useState<InvitationState>('pending')
  const query = usePages<Invitation>([...people.invitationsKey, state], (page, call) =>
    people.listInvitations({ ...page, state }, call),
  )
  const [asked, setAsked] = useState<Asked | null>(null)
  const { answers } = people
  return (
    <Section
      title={words.list}
      intro={words.intro}
      action={
        <div className="flex gap-2">
          <StateChoice chosen={state} onChoose={setState} />
          {onInvite && (
            <Button icon="plus" onClick={onInvite}>
              {words.invite}
            </Button>
          )}
        </div>
      }
    >
      <PagedTable
        label={words.list}
        query={query}
        empty={words.empty[state]}
        keyOf={({ invitation_id }) => invitation_id}
        columns={[
          { name: words.email, render: (invitation) => <Address invitation={invitation} /> },
          { name: settingsTexts.role, render: ({ role }) => settingsTexts.roles[role] },
          { name: words.by, isExtra: true, render: ({ invited_by }) => invited_by.name ?? texts.none },
          {
            name: state === 'pending' ? words.until : words.ended,
            isExtra: true,
            render: ({ expires_at, ended_at }) => formatFull(ended_at ?? expires_at),
          },
        ]}
        renderActions={
          people.mayManage && answers && state === 'pending'
            ? (invitation) => (
                <>
                  <IconButton
                    icon="again"
                    label={words.resend(invitation.email)}
                    onClick={() => setAsked({ act: 'resend', invitation })}
                  />
                  <IconButton
                    icon="trash"
                    label={words.remove(invitation.email)}
                    onClick={() => setAsked({ act: 'revoke', invitation })}
                  />
                </>
              )
            : undefined
        }
      />
      {asked && answers && (
        <Dialogs {...asked} answers={answers} changes={people.invitationsKey} onClose={() => setAsked(null)} />
      )}
    </Section>
  )
}

interface Asked {
  act: 'revoke' | 'resend'
  invitation: Invitation
}

interface DialogsProps extends Asked {
  answers: NonNullable<People['answers']>
  changes: readonly unknown[]
  onClose: () => void
}

function Dialogs({ act, invitation, answers, changes, onClose }: DialogsProps) {
  if (act === 'resend') {
    return <ResendDialog invitation={invitation} changes={changes} resend={answers.resend} onClose={onClose} />
  }
  return (
    <AskDialog
      title={words.remove(invitation.email)}
      text={words.removeText}
      submit={words.removeSubmit}
      done={words.removed}
      isDangerous
      changes={[changes]}
      act={() => answers.revoke(invitation.invitation_id)}
      onClose={onClose}
    />
  )
}

function StateChoice({ chosen, onChoose }: { chosen: InvitationState; onChoose: (state: InvitationState) => void }) {
  return (
    <select
      aria-label={words.state}
      className={`${controlClasses} max-w-32 min-w-28`}
      value={chosen}
      onChange={(event) => onChoose(event.target.value as InvitationState)}
    >
      {invitationStates.map((state) => (
        <option key={state} value={state}>
          {words.states[state]}
        </option>
      ))}
    </select>
  )
}

/** With what became of the mail, if the server sends any. */
function Address({ invitation: { email, delivery } }: { invitation: Invitation }) {
  const { status, error } = delivery
  return (
    <>
      <span className="break-all">{email}</span>
      {status !== 'none' && (
        <span className={`block text-xs break-words ${status === 'failed' ? 'text-bad' : 'text-faint'}`}>
          {words.deliveries[status]}
          {error && ` ${error}`}
        </span>
      )}
    </>
  )
}

interface ResendProps {
  invitation: Invitation
  changes: readonly unknown[]
  resend: (invitation_id: string) => Promise<NewInvitation>
  onClose: () => void
}

function ResendDialog({ invitation, changes, resend, onClose }: ResendProps) {
  const queries = useQueryClient()
  const again = useMutation({
    mutationFn: () => resend(invitation.invitation_id),
    onSuccess: () => queries.invalidateQueries({ queryKey: changes }),
  })
  if (again.data) return <InvitationLink invitation={again.data} onClose={onClose} />
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => open || onClose()}
      title={words.resend(invitation.email)}
      description={words.resendText}
      submit={words.resendSubmit}
      isPending={again.isPending}
      error={readFaults(again.error).other}
      onSubmit={() => again.mutate()}
    />
  )
}
