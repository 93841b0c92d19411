// The invitations that the signed-in user has received, to accept or to decline.
import { ApiError, type Output } from '@parley/sdk'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { formatFull } from '../base/format.ts'
import { switchOrganization } from '../session/session.ts'
import { useSession, useSessionControl } from '../session/session-context.ts'
import { useRefreshSession } from '../session/use-refresh-session.ts'
import { AskDialog } from '../settings/ask-dialog.tsx'
import { PagedTable } from '../settings/paged-table.tsx'
import { Refused, Section, SettingsPage } from '../settings/settings-page.tsx'
import { settingsTexts } from '../settings/texts.ts'
import { usePages } from '../settings/use-pages.ts'
import { texts } from '../texts/index.ts'
import { Button } from '../ui/button.tsx'
import { notifyError } from '../ui/notify.ts'
import { EmptyState } from '../ui/state.tsx'
import { receivedTexts as words } from './texts.ts'

const receivedKey = ['received-invitations'] as const

type Received = Output<'listReceivedInvitations'>['data'][number]
type Joined = Output<'acceptReceivedInvitation'>

export function ReceivedPage() {
  const { user, view } = useSession()
  const [joined, setJoined] = useState<readonly Joined[]>([])
  return (
    <SettingsPage title={words.title} intro={words.intro}>
      {joined.map((one) => (
        <JoinedNotice key={one.organization.id} joined={one} />
      ))}
      {user === null ? (
        <Refused>{words.key}</Refused>
      ) : view !== null ? (
        <Refused>{words.viewing}</Refused>
      ) : (
        <List onJoined={(one) => setJoined((before) => [one, ...before])} />
      )}
    </SettingsPage>
  )
}

function JoinedNotice({ joined: { organization, role } }: { joined: Joined }) {
  const { open } = useSessionControl()
  return (
    <div role="status" className="flex flex-wrap items-center gap-3 rounded-lg bg-good-wash px-4 py-3 text-good">
      <p className="min-w-0 flex-1 basis-60 break-words">{words.joined(organization.name, role)}</p>
      <Button onClick={() => void switchOrganization(organization.id).then(open, notifyError)}>
        {words.switch(organization.name)}
      </Button>
    </div>
  )
}

function List({ onJoined }: { onJoined: (joined: Joined) => void }) {
  const { client } = useSession()
  const queries = useQueryClient()
  const refresh = useRefreshSession()
  const query = usePages<Received>(receivedKey, (page, call) => client.listReceivedInvitations(page, call))
  const [declined, setDeclined] = useState<Received | null>(null)
  const accept = useMutation({
    mutationFn: ({ invitation_id }: Received) => client.acceptReceivedInvitation({ invitation_id }),
    onSuccess: async (joined) => {
      onJoined(joined)
      // The organization appears in the account menu.
      await refresh()
    },
    onError: notifyError,
    // Also after an error: someone else may have closed it.
    onSettled: () => queries.invalidateQueries({ queryKey: receivedKey }),
  })
  if (needsToken(query.error)) {
    return (
      <EmptyState icon="link" title={words.needsTokenTitle}>
        {words.needsToken}
      </EmptyState>
    )
  }
  return (
    <Section title={words.list}>
      <PagedTable
        label={words.list}
        query={query}
        empty={words.empty}
        keyOf={({ invitation_id }) => invitation_id}
        columns={[
          { name: words.organization, render: ({ organization }) => organization.name },
          { name: settingsTexts.role, render: ({ role }) => settingsTexts.roles[role] },
          { name: words.by, isExtra: true, render: ({ invited_by }) => invited_by.name ?? texts.none },
          { name: words.until, isExtra: true, render: ({ expires_at }) => formatFull(expires_at) },
        ]}
        renderActions={(invitation) => (
          <div className="flex flex-wrap justify-end gap-2">
            <Button
              kind="primary"
              aria-label={words.accept(invitation.organization.name)}
              disabled={accept.isPending}
              onClick={() => accept.mutate(invitation)}
            >
              {words.acceptShort}
            </Button>
            <Button aria-label={words.decline(invitation.organization.name)} onClick={() => setDeclined(invitation)}>
              {words.declineShort}
            </Button>
          </div>
        )}
      />
      {declined && (
        <AskDialog
          title={words.declineTitle(declined.organization.name)}
          text={words.declineText}
          submit={words.declineShort}
          done={words.declined}
          isDangerous
          changes={[receivedKey]}
          act={() => client.declineReceivedInvitation({ invitation_id: declined.invitation_id })}
          onClose={() => setDeclined(null)}
        />
      )}
    </Section>
  )
}

const needsToken = (error: unknown) => error instanceof ApiError && error.code === 'invitation_needs_token'
