// The state of an endpoint as a dot and a word.
import type { Output } from '@parley/sdk'
import { classes } from '../ui/classes.ts'
import { webhookTexts as words } from './texts.ts'

export type Endpoint = Output<'getWebhookEndpoint'>
type State = keyof typeof words.states

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
      {words.states[state]}
    </span>
  )
}
