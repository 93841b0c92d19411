// The origin at which browsers find loader and frame.
import { AppError } from '../base/errors.ts'
import type { WebEdge } from '../calls/call.ts'
import type { PublicContext } from '../calls/context.ts'
import type { Config } from '../config/config.ts'

/** Without a trailing slash. */
export function widgetOrigin({ sites }: Pick<Config, 'sites'>, edge: Pick<WebEdge, 'origin'>): string {
  return sites.widget_url ?? edge.origin
}

/** Of a call that may have come without HTTP. */
export function originOfCall({ core, edge }: Pick<PublicContext, 'core' | 'edge'>): string {
  const origin = edge?.origin ?? core.config.sign_in.public_url
  if (origin === undefined)
    throw new AppError('unavailable', 'Set PARLEY_PUBLIC_URL: the address of this server is not known.')
  return widgetOrigin(core.config, { origin })
}
