// Where browsers reach the loader and the frame of this server.
import { AppError } from '../base/errors.ts'
import type { PublicContext } from '../calls/context.ts'

export function originOf({ core, edge }: Pick<PublicContext, 'core' | 'edge'>): string {
  const origin = core.config.sign_in.public_url ?? edge?.origin
  if (origin === undefined)
    throw new AppError('unavailable', 'The address of this server is not known: set PARLEY_PUBLIC_URL.')
  return origin
}
