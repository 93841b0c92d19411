// Lists the turns of a conversation, in pages.
import { invalid } from '../../base/errors.ts'
import type { Handler } from '../../calls/context.ts'
import type { Conversations } from '../services.ts'
import { requireConversation } from '../read/require.ts'
import { decodeCursor, encodeCursor } from '../../database/cursor.ts'
import { listTurns } from '../read/turns.ts'
import { presentTurn } from '../read/present.ts'

export const listConversationTurns: Handler<'listConversationTurns', Conversations> = async (ctx, input) => {
  const { id } = await requireConversation(ctx, input.conversation_id, null)
  const limit = input.limit ?? 20
  const rows = await listTurns(ctx.store, id, readSequence(input.cursor), limit + 1)
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  const next_cursor = rows.length > limit && last ? encodeCursor([String(last.sequence)]) : null
  return { data: page.map(presentTurn), pagination: { limit, next_cursor } }
}

function readSequence(cursor: string | undefined): number {
  if (cursor === undefined) return 0
  const [sequence] = decodeCursor(cursor, 1)
  if (!/^\d{1,9}$/.test(sequence!)) throw invalid({ path: 'cursor', message: 'is not a cursor of this list' })
  return Number(sequence)
}
