// Whether a workflow is live, as a dot and words.
import { classes } from '../ui/classes.ts'
import { workflowTexts as words } from './texts.ts'
import type { Workflow } from './use-workflow.ts'

export function LiveLabel({ workflow: { live_version } }: { workflow: Pick<Workflow, 'live_version'> }) {
  return (
    <span className="inline-flex items-center gap-1.5">
      <span
        className={classes('size-2 shrink-0 rounded-full', live_version === null ? 'border-2 border-faint' : 'bg-good')}
      />
      {live_version === null ? words.offline : words.live(live_version)}
    </span>
  )
}
