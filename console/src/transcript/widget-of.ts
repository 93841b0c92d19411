// The widget that a tool result shows, if any. Pure.
import type { TranscriptItem, Widget } from '@parley/contract'

const widgetTool = /^show_(.+_widget|form_.+)$/

export function widgetOf(result: TranscriptItem | null): Widget | null {
  if (result === null || result.is_error || !widgetTool.test(result.name ?? '')) return null
  const { widget } = (result.output ?? {}) as { widget?: Widget }
  return typeof widget?.type === 'string' && typeof widget.data === 'object' ? widget : null
}
