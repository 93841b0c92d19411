// Talks to a version of an agent as an end user does, also to a draft, and shows what the agent does.
import { useQuery } from '@tanstack/react-query'
import type { Session } from '../session/session.ts'
import { useSession } from '../session/session-context.ts'
import { testerTexts as words } from './texts.ts'
import { notifyError } from '../ui/notify.ts'
import { EmptyState, ErrorState, LoadingState } from '../ui/state.tsx'
import { StartForm } from './start-form.tsx'
import { TesterHeader } from './trial-header.tsx'
import { TrialTalk } from './trial-talk.tsx'
import { type Version, useTrial } from './use-trial.ts'

interface TesterProps {
  agent_id: string
  agent_version_id: string
  /** The version is shown in the header of the page. */
  isPage?: boolean
}

export function AgentTester({ agent_id, agent_version_id, isPage = false }: TesterProps) {
  const session = useSession()
  const agent = useTriedAgent(session, agent_id)
  if (!mayTry(session))
    return (
      <EmptyState icon="warning" title={words.label}>
        {words.notAllowed}
      </EmptyState>
    )
  if (agent.isPending) return <LoadingState />
  if (!agent.data) return <ErrorState error={agent.error} onRetry={() => void agent.refetch()} />
  const version = agent.data.versions.find(({ id }) => id === agent_version_id)
  // A version that was just created is missing in an earlier response.
  if (!version && agent.isFetching) return <LoadingState />
  if (!version)
    return (
      <EmptyState icon="agents" title={words.label}>
        {words.noSuchVersion}
      </EmptyState>
    )
  // Another agent starts a new test. Another version continues the test, with a notice.
  return <Tester key={agent_id} {...{ session, agent_id, version, isPage }} />
}

export function useTriedAgent({ client, scopes }: Session, agent_id: string) {
  return useQuery({
    queryKey: ['agent', agent_id],
    queryFn: ({ signal }) => client.getAgent({ agent_id }, { signal }),
    enabled: scopes.has('agents:read') || scopes.has('agents:manage'),
  })
}

function mayTry({ scopes }: Session): boolean {
  const mayRead = scopes.has('agents:read') || scopes.has('agents:manage')
  return mayRead && scopes.has('conversations:manage') && scopes.has('conversations:read_sensitive')
}

interface Known {
  session: Session
  agent_id: string
  version: Version
  isPage: boolean
}

function Tester({ session, agent_id, version, isPage }: Known) {
  const { trial, options, start, leave, forget } = useTrial(session, agent_id, version)
  return (
    <section aria-label={words.label} className="flex min-h-0 min-w-0 flex-1 flex-col">
      {trial === null ? (
        <>
          {isPage ? (
            <h2 className="sr-only">{words.version(version.version, version.published)}</h2>
          ) : (
            <TesterHeader version={version} isPage={isPage} />
          )}
          <StartForm
            isDraft={!version.published}
            initial={options}
            isPending={start.isPending}
            error={start.error}
            onStart={start.mutate}
          />
        </>
      ) : (
        <TrialTalk
          key={trial.conversation_id}
          version={version}
          isPage={isPage}
          conversation_id={trial.conversation_id}
          isRich={options.is_rich}
          isOlder={trial.agent_version_id !== version.id || trial.revision !== version.revision}
          isBusy={start.isPending || leave.isPending}
          onStartAnew={() => start.mutate(options)}
          onLeave={() => leave.mutate(undefined, { onError: notifyError })}
          onGone={forget}
        />
      )}
    </section>
  )
}
