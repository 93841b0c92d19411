// The web widget of the sample agent, so that a new installation on a developer's machine has a chat to try on a page.
import type { WebWidgetConfig } from '@parley/contract'
import type { JsonObject } from '../base/json.ts'
import type { Ports } from '../base/ports.ts'
import type { TransactionStore } from '../database/store.ts'
import { addOrganizationEvent } from '../events/events.ts'
import { insertWidget } from './widget-queries.ts'

const name = 'Harbour Lane'

const config: WebWidgetConfig = {
  chat: { title: name, subtitle: 'Tea and coffee' },
  greeting: { text: 'Hello! Ask us about tea, coffee, or your order.' },
  suggested_questions: ['How long does delivery take?', 'How do I brew green tea?', 'Can I send something back?'],
}

export async function createSampleWidget(
  tx: TransactionStore,
  ports: Pick<Ports, 'newId'>,
  { agent_id, agent_version_id }: { agent_id: string; agent_version_id: string },
): Promise<void> {
  const id = ports.newId()
  await insertWidget(tx, {
    ...{ id, agent_id, agent_version_id, name },
    // Any site: the address of a server that is tried out changes, and nobody else reaches it.
    domains: [],
    published: true,
    config: config as JsonObject,
    limits: {},
    identity_required: false,
    allow_hmac: false,
    captcha: null,
  })
  const event = { id: ports.newId(), organization_id: tx.organization_id, subject: id }
  addOrganizationEvent(tx, { ...event, type: 'web_widget.created', data: { web_widget_id: id, name, agent_id } })
}
