// The list of webhook endpoints.
import type { Output } from '@parley/sdk'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useAgentNames } from '../agent-names/use-agents.ts'
import { useSession } from '../session/session-context.ts'
import { Button } from '../ui/button.tsx'
import { PagedTable } from '../settings/paged-table.tsx'
import { holdsAny } from '../session/rights.ts'
import { Needs, Section, SettingsPage } from '../settings/settings-page.tsx'
import { usePages } from '../settings/use-pages.ts'
import { EndpointDialog } from './endpoint-dialog.tsx'
import { EndpointState } from './endpoint-state.tsx'
import { webhookTexts as words } from './texts.ts'

type Endpoint = Output<'listWebhookEndpoints'>['data'][number]

export function WebhooksPage() {
  const session = useSession()
  const [isNew, setNew] = useState(false)
  const mayCreate = holdsAny(session, ['webhooks:manage']) && holdsAny(session, ['conversations:read_sensitive'])
  return (
    <SettingsPage
      title={words.title}
      intro={words.intro}
      action={
        mayCreate && (
          <Button icon="plus" kind="primary" onClick={() => setNew(true)}>
            {words.add}
          </Button>
        )
      }
    >
      <Needs scopes={['webhooks:read', 'webhooks:manage']} to={words.toSee}>
        <ManageNotice />
        <Endpoints />
      </Needs>
      {isNew && <EndpointDialog onClose={() => setNew(false)} />}
    </SettingsPage>
  )
}

/** Deliveries contain what was said, so choosing the URL takes another scope. */
export function ManageNotice() {
  return (
    <Needs scopes={['webhooks:manage']} to={words.toManage}>
      <Needs scopes={['conversations:read_sensitive']} to={words.toPoint}>
        {null}
      </Needs>
    </Needs>
  )
}

function Endpoints() {
  const session = useSession()
  const query = usePages<Endpoint>(['webhooks'], (page, call) => session.client.listWebhookEndpoints(page, call))
  const { names } = useAgentNames(session)
  return (
    <Section title={words.list}>
      <PagedTable
        label={words.list}
        query={query}
        empty={words.empty}
        keyOf={({ id }) => id}
        columns={[
          {
            name: words.url,
            render: ({ id, url, description }) => (
              <>
                <Link
                  to="/settings/webhooks/$webhook_id"
                  params={{ webhook_id: id }}
                  className="font-medium break-all text-accent-strong underline-offset-2 hover:underline"
                >
                  {url}
                </Link>
                {description && <span className="block text-xs text-faint">{description}</span>}
              </>
            ),
          },
          { name: words.events, isExtra: true, render: ({ events }) => events.join(', ') },
          {
            name: words.agent,
            isExtra: true,
            render: ({ agent_id }) => (agent_id === null ? words.allAgents : (names.get(agent_id) ?? agent_id)),
          },
          { name: words.state, render: (endpoint) => <EndpointState endpoint={endpoint} /> },
        ]}
      />
    </Section>
  )
}
