// The origin at which browsers find loader and frame.
import type { WebEdge } from '../calls/call.ts'
import type { Config } from '../config/config.ts'

/** Without a trailing slash. */
export function widgetOrigin({ sites }: Pick<Config, 'sites'>, edge: Pick<WebEdge, 'origin'>): string {
  return sites.widget_url ?? edge.origin
}
