// The members of the organization, and the open invitations.
import { useState } from 'react'
import { useSession } from '../session/session-context.ts'
import { Button } from '../ui/button.tsx'
import { grantableRoles, holdsAny } from '../session/rights.ts'
import { Needs, SettingsPage } from '../settings/settings-page.tsx'
import { Invitations } from './invitations.tsx'
import { type Invited, InviteDialog } from './invite-dialog.tsx'
import { Members } from './members.tsx'
import { memberTexts as words } from './texts.ts'

export function MembersPage() {
  const session = useSession()
  const [invited, setInvited] = useState<Invited | null>(null)
  const mayManage = holdsAny(session, ['members:manage']) && grantableRoles(session).length > 0
  return (
    <SettingsPage
      title={words.title}
      intro={words.intro}
      action={
        mayManage && (
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
        <Members mayManage={mayManage} onPassword={setInvited} />
        <Invitations mayManage={mayManage} />
      </Needs>
      {invited && <InviteDialog invited={invited} onClose={() => setInvited(null)} />}
    </SettingsPage>
  )
}
