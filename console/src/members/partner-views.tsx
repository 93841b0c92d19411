// Who looks at this organization as a partner just now, and what the organization lets partners see.
import { type PartnerAccess, partnerAccesses } from '@parley/contract'
import type { Output } from '@parley/sdk'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { formatClock } from '../base/format.ts'
import { holdsAny } from '../session/rights.ts'
import { useSession } from '../session/session-context.ts'
import { AskDialog } from '../settings/ask-dialog.tsx'
import { readFaults } from '../settings/faults.ts'
import { LoadFault, Table } from '../settings/paged-table.tsx'
import { Choices, FormFault } from '../settings/parts.tsx'
import { Needs, Section } from '../settings/settings-page.tsx'
import { Button, IconButton } from '../ui/button.tsx'
import { notify } from '../ui/notify.ts'
import { LoadingState } from '../ui/state.tsx'
import { memberTexts } from './texts.ts'

const words = memberTexts.views
const viewsKey = ['views'] as const
const organizationKey = ['organization'] as const
/** Views begin and end without the members of this organization. */
const look_again_ms = 10_000

type View = Output<'listViews'>['data'][number]
type Settings = Output<'getOrganization'>['settings']

export function PartnerViews() {
  const { client } = useSession()
  const views = useQuery({
    queryKey: viewsKey,
    queryFn: ({ signal }) => client.listViews({}, { signal }),
    refetchInterval: look_again_ms,
  })
  const organization = useQuery({
    queryKey: organizationKey,
    queryFn: ({ signal }) => client.getOrganization({}, { signal }),
  })
  return (
    <Section title={words.title} intro={words.intro}>
      {views.isPending && <LoadingState />}
      {views.error && !views.data && <LoadFault error={views.error} onRetry={() => void views.refetch()} />}
      {views.data && <Views views={views.data.data} />}
      {organization.error && !organization.data && (
        <LoadFault error={organization.error} onRetry={() => void organization.refetch()} />
      )}
      {organization.data && (
        <AccessForm key={organization.data.settings.partner_access ?? 'read'} settings={organization.data.settings} />
      )}
    </Section>
  )
}

function Views({ views }: { views: readonly View[] }) {
  const session = useSession()
  const [ended, setEnded] = useState<View | null>(null)
  if (views.length === 0) return <p className="border-b border-line px-4 py-4 text-faint">{words.empty}</p>
  const mayEnd = holdsAny(session, ['child_organizations:manage'])
  return (
    <div className="border-b border-line">
      <Table
        label={words.list}
        rows={views}
        keyOf={({ id }) => id}
        columns={[
          { name: words.who, render: (view) => <Viewer view={view} /> },
          { name: words.reason, render: ({ reason }) => <span className="break-words">{reason}</span> },
          { name: words.until, isExtra: true, render: ({ expires_at }) => formatClock(expires_at) },
        ]}
        renderActions={
          mayEnd
            ? (view) => <IconButton icon="stop" label={words.end(view.viewer.email)} onClick={() => setEnded(view)} />
            : undefined
        }
      />
      {ended && (
        <AskDialog
          title={words.endTitle(ended.viewer.email)}
          text={words.endText}
          submit={words.endSubmit}
          done={words.ended}
          changes={[viewsKey]}
          act={() => session.client.stopView({ view_id: ended.id })}
          onClose={() => setEnded(null)}
        />
      )}
    </div>
  )
}

function Viewer({ view: { viewer, partner } }: { view: View }) {
  return (
    <>
      <span className="block break-all">{viewer.name ?? viewer.email}</span>
      <span className="block text-xs break-words text-faint">{words.from(partner.name)}</span>
    </>
  )
}

function AccessForm({ settings }: { settings: Settings }) {
  const { client } = useSession()
  const queries = useQueryClient()
  const stored = settings.partner_access ?? 'read'
  const [chosen, setChosen] = useState<PartnerAccess>(stored)
  const save = useMutation({
    mutationFn: () => client.updateOrganization({ settings: { ...settings, partner_access: chosen } }),
    onSuccess: async () => {
      notify(words.saved)
      await Promise.all([organizationKey, viewsKey].map((queryKey) => queries.invalidateQueries({ queryKey })))
    },
  })
  return (
    <div className="flex flex-col gap-4 p-4">
      <Choices
        legend={words.access}
        name="partner-access"
        choices={partnerAccesses.map((one) => [one, words.accesses[one], words.accessHints[one]] as const)}
        chosen={chosen}
        onChoose={setChosen}
      />
      <FormFault text={readFaults(save.error).other} />
      <Needs scopes={['organizations:manage']} to={words.toChange}>
        <Button
          kind="primary"
          className="self-start"
          disabled={save.isPending || chosen === stored}
          onClick={() => save.mutate()}
        >
          {words.save}
        </Button>
      </Needs>
    </div>
  )
}
