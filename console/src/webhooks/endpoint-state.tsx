// Whether an endpoint gets events: a dot and a word.
import type { Output } from '@parley/sdk'
import { words } from '../settings/texts.ts'
import { classes } from '../ui/classes.ts'

const own = words.webhooks
export type Endpoint = Output<'getWebhookEndpoint'>
type State = keyof typeof own.states

export function stateOf({ active, disabled_reason, failing_since }: Endpoint): State {
  if (!active) return disabled_reason ?? 'inactive'
  return failing_since === null ? 'active' : 'struggling'
}

const dots: Record<State, string> = {
  active: 'bg-good',
  struggling: 'bg-warn',
  inactive: 'border-2 border-faint',
  gone: 'bg-bad',
  failing: 'bg-bad',
}

export function EndpointState({ endpoint }: { endpoint: Endpoint }) {
  const state = stateOf(endpoint)
  return (
    <span className="inline-flex items-center gap-1.5">
      <span className={classes('size-2 shrink-0 rounded-full', dots[state])} />
      {own.states[state]}
    </span>
  )
}
