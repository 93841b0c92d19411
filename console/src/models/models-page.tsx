// The models that agents can use.
import { useQuery } from '@tanstack/react-query'
import { useSession } from '../session/session-context.ts'
import { LoadingState } from '../ui/state.tsx'
import { LoadFault, Table } from '../settings/paged-table.tsx'
import { Needs, Section, SettingsPage } from '../settings/settings-page.tsx'
import { modelTexts as words } from './texts.ts'

export function ModelsPage() {
  return (
    <SettingsPage title={words.title} intro={words.intro}>
      <Needs scopes={['agents:read', 'agents:manage']} to={words.toSee}>
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
    <Section title={words.list} intro={words.hint}>
      {isPending && <LoadingState />}
      {error && !data && <LoadFault error={error} onRetry={() => void refetch()} />}
      {data && (
        <Table
          label={words.list}
          rows={data.data}
          keyOf={({ provider, model }) => `${provider}/${model}`}
          columns={[
            {
              name: words.model,
              render: ({ provider, model, is_default }) => (
                <>
                  <code className="font-mono text-xs break-all">
                    {model === null ? provider : `${provider}/${model}`}
                  </code>
                  {model === null && <span className="ml-2 text-soft">{words.anyModel}</span>}
                  {is_default && (
                    <span className="ml-2 rounded bg-accent-wash px-1.5 py-0.5 text-xs text-accent-strong">
                      {words.default}
                    </span>
                  )}
                </>
              ),
            },
            { name: words.source, render: ({ source }) => words.sources[source] },
          ]}
        />
      )}
    </Section>
  )
}
