// Lists conversations: a page, and the link to the next one.
import type { Handler } from '../../calls/context.ts'
import type { Conversations } from '../services.ts'
import { limitOf, pageOf } from '../read/list.ts'
import { presentListed } from '../read/present.ts'

export const listConversations: Handler<'listConversations', Conversations> = async (ctx, input) => {
  const { answer_bytes } = ctx.core.config.limits
  const rows = await ctx.store.execute(pageOf(ctx.store, ctx.access, input, answer_bytes))
  const last = rows.at(-1)
  if (last && rows.length === limitOf(input)) ctx.edge?.setHeader('link', nextPageLink(ctx.edge.url, last.created_at))
  return rows.map((row) => presentListed(ctx.access, row))
}

function nextPageLink(url: string, created_at: string): string {
  const [path, query] = url.split('?')
  const parameters = new URLSearchParams(query)
  parameters.set('cursor', Buffer.from(created_at).toString('base64url'))
  return `<${path}?${parameters}>; rel="next"`
}
