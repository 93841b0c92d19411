// The models that an agent can name here.
import { useQuery } from '@tanstack/react-query'
import { useSession } from '../session/session-context.ts'
import { words } from '../settings/texts.ts'
import { LoadingState } from '../ui/state.tsx'
import { LoadFault, Table } from '../settings/paged-table.tsx'
import { Needs, Section, SettingsPage } from '../settings/settings-page.tsx'

const own = words.models

export function ModelsPage() {
  return (
    <SettingsPage title={words.pages.models} intro={own.intro}>
      <Needs scopes={['agents:read', 'agents:manage']} to={own.toSee}>
        <Models />
      </Needs>
    </SettingsPage>
  )
}

function Models() {
  const { client } = useSession()
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['models'],
    queryFn: ({ signal }) => client.listModels({}, { signal }),
  })
  return (
    <Section title={own.list} intro={own.hint}>
      {isPending && <LoadingState />}
      {error && !data && <LoadFault error={error} onRetry={() => void refetch()} />}
      {data && (
        <Table
          label={own.list}
          rows={data.data}
          keyOf={({ provider, model }) => `${provider}/${model}`}
          columns={[
            {
              name: own.model,
              render: ({ provider, model, is_default }) => (
                <>
                  <code className="font-mono text-xs break-all">
                    {model === null ? provider : `${provider}/${model}`}
                  </code>
                  {model === null && <span className="ml-2 text-soft">{own.anyModel}</span>}
                  {is_default && (
                    <span className="ml-2 rounded bg-accent-wash px-1.5 py-0.5 text-xs text-accent-strong">
                      {own.default}
                    </span>
                  )}
                </>
              ),
            },
            { name: own.source, render: ({ source }) => own.sources[source] },
          ]}
        />
      )}
    </Section>
  )
}
