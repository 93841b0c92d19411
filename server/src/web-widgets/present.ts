// A web widget as an organization sees it.
import type { WebWidget } from '@parley/contract'
import { listConfigWarnings } from './rules/config.ts'
import { resolveLimits } from './rules/limits.ts'
import { type WidgetRecord, liveReasonOf } from './widget-rows.ts'

export function presentWidget(widget: WidgetRecord): WebWidget {
  const { id, organization_id, agent_id, agent_version_id, name, domains, published, config, captcha } = widget
  const live_reason = liveReasonOf(widget)
  return {
    ...{ id, organization_id, name, agent_id, agent_version_id, domains, published, config, captcha },
    limits: resolveLimits(widget.limits),
    identity: { required: widget.identity_required, allow_hmac: widget.allow_hmac },
    live: live_reason === 'live',
    live_reason,
    revision: widget.revision,
    warnings: [...warningsOf(widget), ...listConfigWarnings(config)],
    created_at: widget.created_at,
    updated_at: widget.updated_at,
  }
}

function warningsOf({ domains, version_published, agent_active }: WidgetRecord): string[] {
  return [
    ...(domains.length === 0 ? ['domains is empty, so any site can show the widget'] : []),
    ...(version_published ? [] : ['agent_version_id is not published, so the widget is not live; publish the version']),
    ...(agent_active ? [] : ['agent_id is not active, so the widget is not live; activate the agent']),
  ]
}
