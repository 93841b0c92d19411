// Whether a widget answers visitors, as a dot and words.
import type { WebWidget } from '@parley/contract'
import { classes } from '../ui/classes.ts'
import { widgetTexts as words } from './texts.ts'

export function LiveLabel({ widget: { live, live_reason } }: { widget: Pick<WebWidget, 'live' | 'live_reason'> }) {
  return (
    <span className="inline-flex items-center gap-1.5">
      <span className={classes('size-2 shrink-0 rounded-full', live ? 'bg-good' : 'border-2 border-faint')} />
      {words.reasons[live_reason]}
    </span>
  )
}
