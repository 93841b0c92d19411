// The operations on an organization's prices.
import type { Price } from '@parley/contract'
import { AppError, invalid, notFound } from '../../base/errors.ts'
import { isUuid } from '../../base/ports.ts'
import { billingSettings } from '../../budgets/settings.ts'
import type { Context, Handler } from '../../calls/context.ts'
import { cutPage, decodeTimeCursor, default_page_size } from '../../database/cursor.ts'
import { parseTime } from '../../statistics/rules/range.ts'
import { addWork } from '../../work/add.ts'
import { setPrice } from '../prices.ts'
import { type PriceRow, deletePriceRow, listPriceRows } from '../rows/prices.ts'
import { requestRecalculation } from '../rows/recalculations.ts'
import { recalculation_work } from '../work.ts'

export const listPrices: Handler<'listPrices'> = async (ctx, input) => {
  const after = decodeTimeCursor(input.cursor, isUuid)
  const limit = input.limit ?? default_page_size
  const rows = await listPriceRows(ctx.store, input.inherited ?? false, after, limit + 1)
  const page = cutPage(rows, limit, ({ created_at, id }) => ({ time: created_at, key: id }))
  return { ...page, data: page.data.map((row) => presentPrice(ctx, row)) }
}

export const createPrice: Handler<'createPrice'> = async (ctx, input) =>
  presentPrice(ctx, await ctx.store.transaction((tx) => setPrice(tx, ctx.core.ports, tx.organization_id, input)))

function presentPrice({ core, store }: Context, { organization_id, ...row }: PriceRow): Price {
  const set_by =
    organization_id === null ? 'installation' : organization_id === store.organization_id ? 'organization' : 'parent'
  return { ...row, set_by, currency: core.config.of(billingSettings).currency }
}

export const deletePrice: Handler<'deletePrice'> = async ({ store, core }, { price_id }) => {
  if (!isUuid(price_id)) throw notFound('Price')
  const deleted = await deletePriceRow(store, price_id, new Date(core.ports.clock.now()).toISOString())
  if (deleted === 'missing') throw notFound('Price')
  if (deleted === 'in_use') throw new AppError('price_in_use')
}

export const recalculatePrices: Handler<'recalculatePrices'> = async ({ store }, input) => {
  const [from, to] = [input.from, input.to].map((text) => new Date(parseTime(text)).toISOString()) as [string, string]
  if (to <= from) throw invalid({ path: 'to', message: 'must be after from' })
  await store.transaction(async (tx) => {
    await requestRecalculation(tx, { from, to })
    const { organization_id } = tx
    addWork(
      tx,
      recalculation_work,
      { organization_id, owner: organization_id, subject: organization_id },
      { urgent: true },
    )
  })
  return { from, to }
}
