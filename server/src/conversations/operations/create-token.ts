// Creates a token for one conversation, for an end user's browser.
import { maySeeSensitive } from '../../calls/access.ts'
import { AppError } from '../../base/errors.ts'
import type { Handler } from '../../calls/context.ts'
import type { Conversations } from '../services.ts'
import { requireConversation } from '../read/require.ts'

export const createConversationToken: Handler<'createConversationToken', Conversations> = async (ctx, input) => {
  const { id } = await requireConversation(ctx, input.conversation_id, null)
  // Reading shows sensitive content: callers can grant only the scopes that they have.
  if (input.permissions.includes('read') && !maySeeSensitive(ctx.access)) {
    throw new AppError(
      'forbidden',
      'Creating a token with the permission `read` needs the scope conversations:read_sensitive.',
    )
  }
  const claims = {
    organization_id: ctx.access.organization_id,
    conversation_id: id,
    permissions: [...input.permissions],
  }
  const { token, expires_at } = await ctx.room.tokens.sign(claims, input.expires_in ?? 3600)
  return { token, permissions: claims.permissions, expires_at }
}
