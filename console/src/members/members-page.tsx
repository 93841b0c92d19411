// The members of the organization, its invitations, and who looks at it as a partner.
import { useState } from 'react'
import { useRefreshOn } from '../live/organization-events.ts'
import { Invitations } from '../people/invitations.tsx'
import { type Invited, InviteDialog } from '../people/invite-dialog.tsx'
import { Members } from '../people/members.tsx'
import { useOwnPeople } from '../people/people.ts'
import { useSession } from '../session/session-context.ts'
import { Needs, SettingsPage } from '../settings/settings-page.tsx'
import { Button } from '../ui/button.tsx'
import { PartnerViews } from './partner-views.tsx'
import { memberTexts as words } from './texts.ts'

const followed = [
  'member.joined',
  'member.updated',
  'member.removed',
  'invitation.created',
  'invitation.accepted',
  'invitation.declined',
  'invitation.expired',
  'invitation.revoked',
] as const

export function MembersPage() {
  const people = useOwnPeople()
  useRefreshOn(useSession(), followed, people.membersKey, people.invitationsKey)
  const [invited, setInvited] = useState<Invited | null>(null)
  return (
    <SettingsPage
      title={words.title}
      intro={words.intro}
      action={
        people.mayManage && (
          <Button icon="plus" kind="primary" onClick={() => setInvited({ email: '', role: 'viewer' })}>
            {words.invite}
          </Button>
        )
      }
    >
      <Needs scopes={['members:read', 'members:manage']} to={words.toSee}>
        <Needs scopes={['members:manage']} to={words.toManage}>
          {null}
        </Needs>
        <Members people={people} onPassword={setInvited} />
        <Invitations people={people} />
        <PartnerViews />
      </Needs>
      {invited && <InviteDialog people={people} invited={invited} onClose={() => setInvited(null)} />}
    </SettingsPage>
  )
}
