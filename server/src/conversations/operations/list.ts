// Lists conversations: a page, with transcripts if asked for, and the link to the next one.
import type { Input } from '@parley/contract'
import { maySeeSensitive } from '../../calls/access.ts'
import type { Context, Handler } from '../../calls/context.ts'
import type { Conversations } from '../services.ts'
import type { ListedConversation } from '../read/conversation.ts'
import { limitOf, pageOf } from '../read/list.ts'
import { readPageTranscripts } from '../read/page-transcripts.ts'
import { presentListed } from '../read/present.ts'

export const listConversations: Handler<'listConversations', Conversations> = async (ctx, input) => {
  const { answer_bytes } = ctx.core.config.limits
  const rows = await ctx.store.execute(pageOf(ctx.store, ctx.access, input, answer_bytes))
  const transcripts = await readIncluded(ctx, input, rows)
  const last = rows.at(-1)
  if (last && rows.length === limitOf(input)) ctx.edge?.setHeader('link', nextPageLink(ctx.edge.url, last.created_at))
  return rows.map((row, index) => presentListed(ctx.access, row, transcripts?.[index]))
}

/** Times `answer_bytes`: 16 MiB by default. */
const transcripts_of_a_page = 4

/** As for every sensitive field, a caller without `conversations:read_sensitive` gets a page without them. */
async function readIncluded(
  { store, access, core }: Context<Conversations>,
  { include }: Input<'listConversations'>,
  rows: ListedConversation[],
) {
  if (include === undefined || !maySeeSensitive(access)) return null
  const max_bytes = core.config.limits.answer_bytes * transcripts_of_a_page
  return readPageTranscripts(
    store,
    rows.map(({ id }) => id),
    max_bytes,
  )
}

function nextPageLink(url: string, created_at: string): string {
  const [path, query] = url.split('?')
  const parameters = new URLSearchParams(query)
  parameters.set('cursor', Buffer.from(created_at).toString('base64url'))
  return `<${path}?${parameters}>; rel="next"`
}
