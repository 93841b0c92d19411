// Lists the turns of a conversation, in pages.
import type { Turn } from '@parley/contract'
import { readTurnCosts } from '../../budgets/costs.ts'
import { invalid } from '../../base/errors.ts'
import type { Handler } from '../../calls/context.ts'
import type { Conversations } from '../services.ts'
import { requireConversation } from '../read/require.ts'
import { decodeCursor, encodeCursor } from '../../database/cursor.ts'
import { listTurns } from '../read/turns.ts'
import { presentTurn } from '../read/present.ts'
import { readRetrievalsOfTurns } from '../read/retrievals.ts'
import type { TurnRecord } from '../machine/rows.ts'
import type { Context } from '../../calls/context.ts'

export const listConversationTurns: Handler<'listConversationTurns', Conversations> = async (ctx, input) => {
  const { id } = await requireConversation(ctx, input.conversation_id, null)
  const limit = input.limit ?? 20
  const rows = await listTurns(ctx.store, id, readSequence(input.cursor), limit + 1)
  const data = await withCosts(ctx, id, await presentPage(ctx, id, rows.slice(0, limit)))
  const last = rows[data.length - 1]
  const next_cursor = rows.length > data.length && last ? encodeCursor([String(last.sequence)]) : null
  return { data, pagination: { limit, next_cursor } }
}

async function withCosts({ store, core }: Context<Conversations>, conversation_id: string, turns: Turn[]) {
  const ids = turns.map(({ turn_id }) => turn_id)
  if (ids.length === 0) return turns
  const costOf = await readTurnCosts(store, core.config, conversation_id, ids)
  return turns.map((turn) => ({ ...turn, cost: costOf(turn.turn_id) }))
}

/** With the searches of each; the page ends before the first turn whose searches do not fit. */
async function presentPage(ctx: Context<Conversations>, conversation_id: string, rows: TurnRecord[]) {
  const ids = rows.flatMap(({ id, retrievals }) => (retrievals > 0 ? [id] : []))
  if (ids.length === 0) return rows.map(presentTurn)
  const found = await readRetrievalsOfTurns(ctx.store, conversation_id, ids, ctx.core.config.limits.answer_bytes)
  // Those of a purged conversation are not found at all.
  const isWhole = ({ id, retrievals }: TurnRecord) => found.size === 0 || (found.get(id)?.length ?? 0) >= retrievals
  const first = rows.findIndex((row) => !isWhole(row))
  const page = first === -1 ? rows : rows.slice(0, Math.max(1, first))
  return page.map((row) => {
    const retrievals = found.get(row.id)
    return { ...presentTurn(row), ...(retrievals ? { retrievals } : {}) }
  })
}

function readSequence(cursor: string | undefined): number {
  if (cursor === undefined) return 0
  const [sequence] = decodeCursor(cursor, 1)
  if (!/^\d{1,9}$/.test(sequence!)) throw invalid({ path: 'cursor', message: 'is not a cursor of this list' })
  return Number(sequence)
}
