// Who works for the organization, and who has been invited to.
import { useState } from 'react'
import { useSession } from '../session/session-context.ts'
import { words } from '../settings/texts.ts'
import { Button } from '../ui/button.tsx'
import { grantableRoles, holdsAny } from '../session/rights.ts'
import { Needs, SettingsPage } from '../settings/settings-page.tsx'
import { Invitations } from './invitations.tsx'
import { type Invited, InviteDialog } from './invite-dialog.tsx'
import { Members } from './members.tsx'

const own = words.members

export function MembersPage() {
  const session = useSession()
  const [invited, setInvited] = useState<Invited | null>(null)
  const mayManage = holdsAny(session, ['members:manage']) && grantableRoles(session).length > 0
  return (
    <SettingsPage
      title={words.pages.members}
      intro={own.intro}
      action={
        mayManage && (
          <Button icon="plus" kind="primary" onClick={() => setInvited({ email: '', role: 'viewer' })}>
            {own.invite}
          </Button>
        )
      }
    >
      <Needs scopes={['members:read', 'members:manage']} to={own.toSee}>
        <Needs scopes={['members:manage']} to={own.toManage}>
          {null}
        </Needs>
        <Members mayManage={mayManage} onPassword={setInvited} />
        <Invitations mayManage={mayManage} />
      </Needs>
      {invited && <InviteDialog invited={invited} onClose={() => setInvited(null)} />}
    </SettingsPage>
  )
}
