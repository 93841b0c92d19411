// What each role can do, and which conversations responders see.
import { type RespondersSee, type Role, respondersSee, roles, scopes } from '@parley/contract'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { scopesOf } from '../session/rights.ts'
import { useSession } from '../session/session-context.ts'
import { readFaults } from '../settings/faults.ts'
import { LoadFault, Table } from '../settings/paged-table.tsx'
import { Choices, FormFault } from '../settings/parts.tsx'
import { Needs, Section, SettingsPage } from '../settings/settings-page.tsx'
import { settingsTexts } from '../settings/texts.ts'
import { Button } from '../ui/button.tsx'
import { notify } from '../ui/notify.ts'
import { roleTexts as words } from './texts.ts'

const organizationKey = ['organization'] as const

export function RolesPage() {
  const { client } = useSession()
  const { data, error, refetch } = useQuery({
    queryKey: organizationKey,
    queryFn: ({ signal }) => client.getOrganization({}, { signal }),
  })
  return (
    <SettingsPage title={words.title} intro={words.intro}>
      <Section title={words.list}>
        <Table<Role>
          label={words.list}
          rows={roles}
          keyOf={(role) => role}
          columns={[
            { name: settingsTexts.role, render: (role) => settingsTexts.roles[role] },
            { name: words.can, render: (role) => settingsTexts.roleHints[role] },
            {
              name: words.scopes,
              isExtra: true,
              render: (role) => (
                <code className="font-mono text-xs text-faint">
                  {scopesOf(role).length === scopes.length ? '*' : scopesOf(role).join(', ')}
                </code>
              ),
            },
          ]}
        />
      </Section>
      <Section title={words.responders} intro={words.respondersIntro}>
        {error && !data && <LoadFault error={error} onRetry={() => void refetch()} />}
        {data && <Responders key={data.settings.handling?.responders_see ?? 'all'} settings={data.settings} />}
      </Section>
    </SettingsPage>
  )
}

type Settings = Awaited<ReturnType<ReturnType<typeof useSession>['client']['getOrganization']>>['settings']

function Responders({ settings }: { settings: Settings }) {
  const { client } = useSession()
  const queries = useQueryClient()
  const stored = settings.handling?.responders_see ?? 'all'
  const [chosen, setChosen] = useState<RespondersSee>(stored)
  const save = useMutation({
    mutationFn: () =>
      client.updateOrganization({
        settings: { ...settings, handling: { ...settings.handling, responders_see: chosen } },
      }),
    async onSuccess() {
      notify(words.saved)
      await queries.invalidateQueries({ queryKey: organizationKey })
    },
  })
  return (
    <div className="flex flex-col gap-4 p-4">
      <Choices
        legend={words.responders}
        name="responders-see"
        choices={respondersSee.map((one) => [one, words.sees[one]] as const)}
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
