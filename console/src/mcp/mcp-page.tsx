// The MCP server as the organization offers it: how to connect, what is offered, and a search to try.
import { useQuery } from '@tanstack/react-query'
import { useSession } from '../session/session-context.ts'
import { LoadFault } from '../settings/paged-table.tsx'
import { SettingsPage } from '../settings/settings-page.tsx'
import { LoadingState } from '../ui/state.tsx'
import { ConnectSection } from './connect-section.tsx'
import { SettingsSection } from './settings-section.tsx'
import { settingsKey } from './settings.ts'
import { TrySection } from './try-section.tsx'
import { mcpTexts as words } from './texts.ts'

export function McpPage() {
  const { client } = useSession()
  const { data, error, isPending, refetch } = useQuery({
    queryKey: settingsKey,
    queryFn: ({ signal }) => client.getMcpSettings({}, { signal }),
  })
  return (
    <SettingsPage title={words.title} intro={words.intro}>
      {isPending && <LoadingState />}
      {error && !data && <LoadFault error={error} onRetry={() => void refetch()} />}
      {data && (
        <>
          {!data.enabled && <p className="rounded-lg bg-warn-wash px-4 py-3 text-warn">{words.off}</p>}
          <ConnectSection />
          <SettingsSection settings={data} />
          <TrySection settings={data} />
        </>
      )}
    </SettingsPage>
  )
}
