// Operations that look at a site: whether it has the widget, and what its brand looks like.
import { AppError, invalid } from '../../base/errors.ts'
import type { Handler } from '../../calls/context.ts'
import { findBrand } from '../pages/brand.ts'
import { checkPage } from '../pages/check.ts'
import { originOfCall } from '../origins.ts'
import { requireWidget } from '../require.ts'
import { readDomain } from '../rules/brand.ts'
import type { WebWidgets } from '../services.ts'

export const checkWebWidget: Handler<'checkWebWidget', WebWidgets> = async (ctx, { web_widget_id, url }) => {
  const { id, domains } = await requireWidget(ctx, ctx.store, web_widget_id)
  const page = URL.parse(url.trim())
  if (!page || !/^https?:$/.test(page.protocol) || page.username !== '' || page.password !== '') {
    throw invalid({ path: 'url', message: 'must be an http or https page' })
  }
  const { outbound } = ctx.room.sites
  const script = new URL(`${originOfCall(ctx)}/public/embed/${id}`)
  const owner = ctx.store.organization_id
  return checkPage({ outbound, clock: ctx.core.ports.clock, owner, url: page, widget_id: id, domains, script })
}

export const autoBrandWebWidget: Handler<'autoBrandWebWidget', WebWidgets> = async (ctx, input) => {
  await requireWidget(ctx, ctx.store, input.web_widget_id)
  const domain = readDomain(input.domain)
  if (domain === null) throw invalid({ path: 'domain', message: 'must be a host name such as example.com' })
  const owner = ctx.store.organization_id
  const { outbound, first_pages, takeBrand } = ctx.room.sites
  const { allowed, retry_after_seconds } = takeBrand(owner)
  if (!allowed) throw new AppError('rate_limited', undefined, {}, { retry_after: retry_after_seconds })
  const { clock } = ctx.core.ports
  const brand = await findBrand({ outbound, clock, owner, domain, addresses: first_pages(domain) })
  if (brand === null) throw new AppError('brand_not_found')
  return brand
}
