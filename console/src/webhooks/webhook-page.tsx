// The page of one endpoint: its settings and state, the actions on it, and its deliveries.
import { ApiError } from '@parley/sdk'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { formatFull } from '../base/format.ts'
import { useAgentNames } from '../agent-names/use-agents.ts'
import { useSession } from '../session/session-context.ts'
import { NotFoundPage } from '../shell/fault-pages.tsx'
import { settingsTexts } from '../settings/texts.ts'
import { Button } from '../ui/button.tsx'
import { Facts } from '../ui/facts.tsx'
import { notify, notifyError } from '../ui/notify.ts'
import { LoadingState } from '../ui/state.tsx'
import { AskDialog } from '../settings/ask-dialog.tsx'
import { HistoryLink } from '../settings/history-link.tsx'
import { LoadFault } from '../settings/paged-table.tsx'
import { holdsAny } from '../session/rights.ts'
import { Needs, Section, SettingsPage } from '../settings/settings-page.tsx'
import { Deliveries, deliveriesKey } from './deliveries.tsx'
import { EndpointDialog } from './endpoint-dialog.tsx'
import { type Endpoint, EndpointState, stateOf } from './endpoint-state.tsx'
import { RotateDialog } from './rotate-dialog.tsx'
import { ManageNotice } from './webhooks-page.tsx'
import { webhookTexts as words } from './texts.ts'

const from = '/pages/settings-frame/settings/webhooks/$webhook_id'

export function WebhookPage() {
  const { webhook_id } = useParams({ from })
  return (
    <SettingsPage
      title={words.one}
      intro={
        <Link to="/settings/webhooks" className="underline underline-offset-2 hover:text-ink">
          {words.back}
        </Link>
      }
    >
      <Needs scopes={['webhooks:read', 'webhooks:manage']} to={words.toSee}>
        <Found key={webhook_id} webhook_id={webhook_id} />
      </Needs>
    </SettingsPage>
  )
}

function Found({ webhook_id }: { webhook_id: string }) {
  const { client } = useSession()
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['webhooks', webhook_id],
    queryFn: ({ signal }) => client.getWebhookEndpoint({ webhook_id }, { signal }),
    // The server may disable it at any time.
    refetchInterval: 15_000,
  })
  if (error instanceof ApiError && error.status === 404) return <NotFoundPage />
  if (isPending) return <LoadingState />
  if (!data) return <LoadFault error={error} onRetry={() => void refetch()} />
  return (
    <>
      <ManageNotice />
      <AboutEndpoint endpoint={data} />
      <Deliveries endpoint={data} />
    </>
  )
}

type Asked = 'edit' | 'rotate' | 'delete'

function AboutEndpoint({ endpoint }: { endpoint: Endpoint }) {
  const session = useSession()
  const { client } = session
  const navigate = useNavigate()
  const queries = useQueryClient()
  const { names } = useAgentNames(session)
  const [asked, setAsked] = useState<Asked | null>(null)
  const close = () => setAsked(null)
  const { id: webhook_id, url, events, agent_id, description, previous_secret_expires_at } = endpoint
  const reread = (key: readonly unknown[]) => queries.invalidateQueries({ queryKey: key })
  const test = () =>
    client.testWebhookEndpoint({ webhook_id }).then(() => {
      notify(words.tested)
      return reread(deliveriesKey(webhook_id))
    }, notifyError)
  const switchOn = () =>
    client.updateWebhookEndpoint({ webhook_id, active: true }).then(() => {
      notify(words.switchedOn)
      return reread(['webhooks'])
    }, notifyError)
  return (
    <Section
      title={words.facts}
      action={
        <div className="flex flex-wrap gap-2">
          <Actions endpoint={endpoint} onAsk={setAsked} onTest={() => void test()} onSwitchOn={() => void switchOn()} />
          <HistoryLink type="webhook_endpoint" id={webhook_id} />
        </div>
      }
    >
      <Facts
        className="p-4"
        rows={[
          [words.url, <code key="url">{url}</code>],
          [words.state, <StateText key="state" endpoint={endpoint} />],
          [words.events, <code key="events">{events.join(', ')}</code>],
          [words.agent, agent_id === null ? words.allAgents : (names.get(agent_id) ?? agent_id)],
          [words.description, description],
          [words.previousUntil, previous_secret_expires_at && formatFull(previous_secret_expires_at)],
        ]}
      />
      {asked === 'edit' && <EndpointDialog endpoint={endpoint} onClose={close} />}
      {asked === 'rotate' && <RotateDialog webhook_id={webhook_id} onClose={close} />}
      {asked === 'delete' && (
        <AskDialog
          title={words.deleteTitle}
          text={words.deleteText}
          submit={settingsTexts.delete}
          done={words.deleted}
          isDangerous
          changes={[]}
          act={() => client.deleteWebhookEndpoint({ webhook_id })}
          onDone={() => {
            queries.removeQueries({ queryKey: ['webhooks'] })
            void navigate({ to: '/settings/webhooks' })
          }}
          onClose={close}
        />
      )}
    </Section>
  )
}

interface ActionsProps {
  endpoint: Endpoint
  onAsk: (asked: Asked) => void
  onTest: () => void
  onSwitchOn: () => void
}

function Actions({ endpoint, onAsk, onTest, onSwitchOn }: ActionsProps) {
  const session = useSession()
  if (!holdsAny(session, ['webhooks:manage'])) return null
  const mayPoint = holdsAny(session, ['conversations:read_sensitive'])
  return (
    <div className="flex flex-wrap gap-2">
      {!endpoint.active && mayPoint && (
        <Button kind="primary" onClick={onSwitchOn}>
          {words.switchOn}
        </Button>
      )}
      <Button disabled={!endpoint.active} onClick={onTest}>
        {words.test}
      </Button>
      {mayPoint && (
        <Button icon="edit" onClick={() => onAsk('edit')}>
          {words.edit}
        </Button>
      )}
      <Button icon="again" onClick={() => onAsk('rotate')}>
        {words.rotate}
      </Button>
      <Button icon="trash" onClick={() => onAsk('delete')}>
        {settingsTexts.delete}
      </Button>
    </div>
  )
}

function StateText({ endpoint }: { endpoint: Endpoint }) {
  const { disabled_at, failing_since } = endpoint
  const since = stateOf(endpoint) === 'struggling' ? failing_since : disabled_at
  return (
    <>
      <EndpointState endpoint={endpoint} />
      <span className="block text-xs text-faint">
        {words.stateHints[stateOf(endpoint)]}
        {since && ` ${words.since(formatFull(since))}`}
      </span>
    </>
  )
}
