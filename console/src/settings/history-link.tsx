// Leads to the audit log of one thing, for those who can see it.
import type { AuditTargetType } from '@parley/contract'
import { Link } from '@tanstack/react-router'
import { holdsAny } from '../session/rights.ts'
import { useSession } from '../session/session-context.ts'
import { buttonClasses } from '../ui/button.tsx'
import { Icon } from '../ui/icons.tsx'
import { settingsTexts as words } from './texts.ts'

export function HistoryLink({ type, id }: { type: AuditTargetType; id: string }) {
  if (!holdsAny(useSession(), ['organizations:manage'])) return null
  return (
    <Link to="/settings/audit-log" search={{ target_type: type, target_id: id }} className={buttonClasses('plain')}>
      <Icon name="clock" />
      {words.history}
    </Link>
  )
}
