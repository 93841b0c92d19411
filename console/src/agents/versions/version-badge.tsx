// The state of a version as a dot and a word.
import { agentTexts } from '../texts.ts'
import { classes } from '../../ui/classes.ts'
import type { VersionState } from './describe-version.ts'

const dots: Record<VersionState, string> = {
  live: 'bg-good',
  past: 'bg-faint/60',
  draft: 'border-2 border-warn',
  behind: 'border-2 border-faint',
}

export function VersionBadge({ state }: { state: VersionState }) {
  return (
    <span className="inline-flex items-center gap-1.5 whitespace-nowrap">
      <span className={classes('size-2 shrink-0 rounded-full', dots[state])} />
      {agentTexts.versions.states[state]}
    </span>
  )
}
