// Invitations that were not accepted yet.
import type { Output } from '@parley/sdk'
import { useState } from 'react'
import { formatFull } from '../base/format.ts'
import { useSession } from '../session/session-context.ts'
import { texts } from '../texts/index.ts'
import { settingsTexts } from '../settings/texts.ts'
import { IconButton } from '../ui/button.tsx'
import { AskDialog } from '../settings/ask-dialog.tsx'
import { PagedTable } from '../settings/paged-table.tsx'
import { Section } from '../settings/settings-page.tsx'
import { usePages } from '../settings/use-pages.ts'
import { memberTexts } from './texts.ts'

const words = memberTexts.invitations
export const invitationsKey = ['invitations'] as const
type Invitation = Output<'listInvitations'>['data'][number]

export function Invitations({ mayManage }: { mayManage: boolean }) {
  const { client } = useSession()
  const query = usePages<Invitation>(invitationsKey, (page, call) => client.listInvitations(page, call))
  const [removed, setRemoved] = useState<Invitation | null>(null)
  return (
    <Section title={words.list} intro={words.intro}>
      <PagedTable
        label={words.list}
        query={query}
        empty={words.empty}
        keyOf={({ invitation_id }) => invitation_id}
        columns={[
          { name: words.email, render: ({ email }) => <span className="break-all">{email}</span> },
          { name: settingsTexts.role, render: ({ role }) => settingsTexts.roles[role] },
          { name: words.by, isExtra: true, render: ({ invited_by }) => invited_by.name ?? texts.none },
          { name: words.until, isExtra: true, render: ({ expires_at }) => formatFull(expires_at) },
        ]}
        renderActions={
          mayManage
            ? (invitation) => (
                <IconButton
                  icon="trash"
                  label={words.remove(invitation.email)}
                  onClick={() => setRemoved(invitation)}
                />
              )
            : undefined
        }
      />
      {removed && (
        <AskDialog
          title={words.remove(removed.email)}
          text={words.removeText}
          submit={words.removeSubmit}
          done={words.removed}
          isDangerous
          changes={[invitationsKey]}
          act={() => client.deleteInvitation({ invitation_id: removed.invitation_id })}
          onClose={() => setRemoved(null)}
        />
      )}
    </Section>
  )
}
