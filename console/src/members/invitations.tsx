// Invitations that nobody has accepted yet.
import type { Output } from '@parley/sdk'
import { useState } from 'react'
import { formatFull } from '../base/format.ts'
import { useSession } from '../session/session-context.ts'
import { texts } from '../texts/index.ts'
import { words } from '../settings/texts.ts'
import { IconButton } from '../ui/button.tsx'
import { AskDialog } from '../settings/ask-dialog.tsx'
import { PagedTable } from '../settings/paged-table.tsx'
import { Section } from '../settings/settings-page.tsx'
import { usePages } from '../settings/use-pages.ts'

const own = words.invitations
export const invitationsKey = ['invitations'] as const
type Invitation = Output<'listInvitations'>['data'][number]

export function Invitations({ mayManage }: { mayManage: boolean }) {
  const { client } = useSession()
  const query = usePages<Invitation>(invitationsKey, (page, call) => client.listInvitations(page, call))
  const [removed, setRemoved] = useState<Invitation | null>(null)
  return (
    <Section title={own.list} intro={own.intro}>
      <PagedTable
        label={own.list}
        query={query}
        empty={own.empty}
        keyOf={({ invitation_id }) => invitation_id}
        columns={[
          { name: own.email, render: ({ email }) => <span className="break-all">{email}</span> },
          { name: words.members.role, render: ({ role }) => words.members.roles[role] },
          { name: own.by, isExtra: true, render: ({ invited_by }) => invited_by.name ?? texts.none },
          { name: own.until, isExtra: true, render: ({ expires_at }) => formatFull(expires_at) },
        ]}
        renderActions={
          mayManage
            ? (invitation) => (
                <IconButton icon="trash" label={own.remove(invitation.email)} onClick={() => setRemoved(invitation)} />
              )
            : undefined
        }
      />
      {removed && (
        <AskDialog
          title={own.remove(removed.email)}
          text={own.removeText}
          submit={own.removeSubmit}
          done={own.removed}
          isDangerous
          changes={[invitationsKey]}
          act={() => client.deleteInvitation({ invitation_id: removed.invitation_id })}
          onClose={() => setRemoved(null)}
        />
      )}
    </Section>
  )
}
