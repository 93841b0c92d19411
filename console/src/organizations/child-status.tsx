// The status of an organization as a dot and a word.
import type { OrganizationStatus } from '@parley/contract'
import { classes } from '../ui/classes.ts'
import { organizationsTexts as words } from './texts.ts'

const dots: Record<OrganizationStatus, string> = { active: 'bg-good', suspended: 'bg-bad' }

export function ChildStatus({ status }: { status: OrganizationStatus }) {
  return (
    <span className="inline-flex items-center gap-1.5 whitespace-nowrap">
      <span className={classes('size-2 shrink-0 rounded-full', dots[status])} />
      {words.statuses[status]}
    </span>
  )
}
