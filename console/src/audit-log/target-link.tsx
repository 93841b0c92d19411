// The page of what an entry is about, where it has one. It may be gone since.
import { Link, type LinkProps } from '@tanstack/react-router'
import { type Entry, nameTarget } from './entry-text.ts'
import { auditTexts as words } from './texts.ts'

type Target = NonNullable<Entry['target']>
type To = Pick<LinkProps, 'to' | 'params' | 'search'>

export function TargetLink({ target, className }: { target: Target; className: string }) {
  const to = pageOf(target)
  return (
    to && (
      <Link {...to} className={className}>
        {words.open(nameTarget(target))}
      </Link>
    )
  )
}

function pageOf({ type, id }: Target): To | null {
  if (id === null) return null
  switch (type) {
    case 'agent':
      return { to: '/agents/$agent_id', params: { agent_id: id } }
    case 'conversation':
      return { to: '/conversations/$conversation_id', params: { conversation_id: id } }
    case 'dataset':
      return { to: '/knowledge/$dataset_id', params: { dataset_id: id } }
    case 'source':
      return { to: '/knowledge/sources/$source_id', params: { source_id: id } }
    case 'workflow':
      return { to: '/workflows/$workflow_id', params: { workflow_id: id } }
    case 'web_widget':
      return { to: '/web-widgets/$web_widget_id', params: { web_widget_id: id } }
    case 'webhook_endpoint':
      return { to: '/settings/webhooks/$webhook_id', params: { webhook_id: id } }
    case 'organization':
      return { to: '/settings/organization' }
    case 'organization_key':
      return { to: '/settings/keys' }
    case 'member':
      return { to: '/settings/members' }
    case 'budget':
      return { to: '/settings/budgets' }
    case 'price':
      return { to: '/settings/prices', search: {} }
    default:
      return null
  }
}
