// The operations on the inbox.
import type { Handler } from '../../calls/context.ts'
import { default_page_size } from '../../database/cursor.ts'
import { countTeams, countViews, listTagsInUse } from '../inbox/counts.ts'
import { cursorOf, presentInboxRow, readInbox } from '../inbox/page.ts'

export const listInbox: Handler<'listInbox'> = async (ctx, input) => {
  const limit = input.limit ?? default_page_size
  const rows = await readInbox(ctx, input, limit + 1, ctx.core.config.limits.answer_bytes)
  const data = rows.slice(0, limit)
  const next_cursor = rows.length > limit ? cursorOf(data.at(-1)!) : null
  return { data: data.map((row) => presentInboxRow(ctx.access, row)), pagination: { limit, next_cursor } }
}

export const countInbox: Handler<'countInbox'> = async ({ access, store }) => ({
  views: await countViews(access, store),
  teams: await countTeams(access, store),
})

export const listTags: Handler<'listTags'> = async ({ store }) => ({ data: await listTagsInUse(store) })
