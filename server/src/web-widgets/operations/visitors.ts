// Operations about all visitors of a widget, whose tokens can be revoked, and about its preview for authors.
import { invalid } from '../../base/errors.ts'
import type { Handler } from '../../calls/context.ts'
import { originOfCall } from '../origins.ts'
import { createPreviewToken, preview_minutes } from '../preview-token.ts'
import { reportChange, requireLockedWidget, requireWidget } from '../require.ts'
import * as queries from '../widget-queries.ts'

export const revokeWebWidgetVisitors: Handler<'revokeWebWidgetVisitors'> = (ctx, input) =>
  ctx.store.transaction(async (tx) => {
    const widget = await requireLockedWidget(ctx, tx, input.web_widget_id)
    const revoked_before = await queries.revokeVisitors(tx, widget.id, input.revoked_before ?? null)
    if (revoked_before === null) throw invalid({ path: 'revoked_before', message: 'must not be in the future' })
    reportChange(ctx, tx, widget, ['revoked_before'])
    return { revoked_before }
  })

export const previewWebWidget: Handler<'previewWebWidget'> = async (ctx, { web_widget_id }) => {
  const { id } = await requireWidget(ctx, ctx.store, web_widget_id)
  const { clock } = ctx.core.ports
  const expires_at_ms = (Math.floor(clock.now() / 1000) + preview_minutes * 60) * 1000
  const token = createPreviewToken(ctx.core.sealers.preview_signer, id, expires_at_ms)
  return {
    url: `${originOfCall(ctx)}/public/embed/${id}/frame?preview=${token}`,
    expires_at: new Date(expires_at_ms).toISOString().replace('Z', '000Z'),
  }
}
