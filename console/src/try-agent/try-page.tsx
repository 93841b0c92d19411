// The tester as a page: a link that can be shared, with more room on narrow screens.
import { ApiError } from '@parley/sdk'
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useSession } from '../session/session-context.ts'
import { NotFoundPage } from '../shell/fault-pages.tsx'
import { useTitle } from '../shell/use-title.ts'
import { texts } from '../texts/index.ts'
import { testerTexts } from '../tester/texts.ts'
import { tryAgentTexts as words } from './texts.ts'
import { controlClasses } from '../ui/control-classes.ts'
import { PageHeader } from '../ui/page-header.tsx'
import { EmptyState, ErrorState, LoadingState } from '../ui/state.tsx'
import { AgentTester, useTriedAgent } from '../tester/agent-tester.tsx'

const from = '/pages/agents/$agent_id/try'

export function TryPage() {
  const { agent_id } = useParams({ from })
  const { version } = useSearch({ from })
  const navigate = useNavigate()
  const agent = useTriedAgent(useSession(), agent_id)
  useTitle(agent.data ? words.title(agent.data.name) : texts.loading)
  if (agent.error instanceof ApiError && agent.error.status === 404) return <NotFoundPage />
  if (agent.error && !agent.data) return <ErrorState error={agent.error} onRetry={() => void agent.refetch()} />
  if (!agent.data)
    return agent.isLoading ? <LoadingState /> : <AgentTester agent_id={agent_id} agent_version_id="" isPage />
  const { name, versions } = agent.data
  const shown = version === undefined ? versions[0] : versions.find((one) => String(one.version) === version)
  const choose = (value: string) =>
    void navigate({ to: '/agents/$agent_id/try', params: { agent_id }, search: { version: value }, replace: true })
  return (
    <>
      <PageHeader
        back={{ to: '/agents/$agent_id', params: { agent_id }, label: words.back(name) }}
        title={words.title(name)}
      >
        {versions.length > 0 && (
          <select
            aria-label={words.version}
            className={`${controlClasses} w-auto! max-w-52 pr-1`}
            value={shown?.version ?? ''}
            onChange={(event) => choose(event.currentTarget.value)}
          >
            {!shown && <option value="">{texts.none}</option>}
            {versions.map((one) => (
              <option key={one.id} value={one.version}>
                {testerTexts.version(one.version, one.published)}
              </option>
            ))}
          </select>
        )}
      </PageHeader>
      {shown ? (
        <AgentTester agent_id={agent_id} agent_version_id={shown.id} isPage />
      ) : (
        <EmptyState icon="agents" title={testerTexts.label}>
          {versions.length === 0 ? words.noVersion : testerTexts.noSuchVersion}
        </EmptyState>
      )}
    </>
  )
}
