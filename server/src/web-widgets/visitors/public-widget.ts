// What pages show of a widget. Widgets that are not live, deleted ones and unknown ones are the same.
import type { PublicWebWidget } from '@parley/contract'
import { readAgentConfig } from '../../agents/agents.ts'
import { notFound } from '../../base/errors.ts'
import type { Core } from '../../calls/core.ts'
import type { Handler } from '../../calls/context.ts'
import { openStore } from '../../database/store.ts'
import { resolveLimits } from '../rules/limits.ts'
import type { WebWidgets } from '../services.ts'
import { isOpen } from '../visitor-access.ts'
import { type WidgetRecord, readPublicWidget } from '../widget-rows.ts'

export const getPublicWebWidget: Handler<'getPublicWebWidget', WebWidgets> = async ({ core }, input) => {
  const widget = await readPublicWidget(core.database, input.web_widget_id)
  if (!widget || !isOpen(widget)) throw notFound('Web widget')
  return presentPublic(core, widget)
}

export async function presentPublic(core: Core, widget: WidgetRecord): Promise<PublicWebWidget> {
  const { id, organization_id, agent_id, agent_version_id, agent_name, domains, published } = widget
  const store = openStore(core.database, organization_id)
  const { quick_actions } = await readAgentConfig(store, agent_version_id, 'text', core.config.default_model)
  const { captcha, config, created_at, updated_at } = widget
  return {
    ...{ id, organization_id, agent_id, agent_version_id, domains, published, config, created_at, updated_at },
    agent: { id: agent_id, name: agent_name },
    quick_actions,
    captcha: captcha && { provider: captcha.provider, site_key: captcha.site_key },
    message_characters: resolveLimits(widget.limits).message_characters,
  }
}
