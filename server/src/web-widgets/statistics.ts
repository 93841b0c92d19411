// What happened in a widget, day by day.
import { type WidgetLimit, widgetLimits } from '@parley/contract'
import { invalid, notFound } from '../base/errors.ts'
import { maySeeAgent } from '../calls/access.ts'
import type { Handler } from '../calls/context.ts'
import { type WidgetDay, readDays } from './count-rows.ts'
import type { WebWidgets } from './services.ts'
import { readWidget } from './widget-rows.ts'

const most_days = 366
const usual_days = 30
const day_ms = 86_400_000

export const getWebWidgetStatistics: Handler<'getWebWidgetStatistics', WebWidgets> = async (ctx, input) => {
  const widget = await readWidget(ctx.store, input.web_widget_id)
  if (!widget || !maySeeAgent(ctx.access, widget.agent_id)) throw notFound('Web widget')
  const today = new Date(ctx.core.ports.clock.now()).toISOString().slice(0, 10)
  const to = input.to === undefined ? dateOf('to', today) : dateOf('to', input.to)
  const from = input.from === undefined ? to - (usual_days - 1) * day_ms : dateOf('from', input.from)
  const days = (to - from) / day_ms + 1
  if (days < 1) throw invalid({ path: 'to', message: 'must not be before `from`' })
  if (days > most_days)
    throw invalid({ path: 'from', message: `must be at most ${most_days} days before the end of \`to\`` })
  const text = (time: number) => new Date(time).toISOString().slice(0, 10)
  return { data: (await readDays(ctx.store, widget.id, text(from), text(to))).map(presentDay) }
}

function dateOf(path: string, text: string): number {
  const time = Date.parse(`${text}T00:00:00Z`)
  const isDate = !Number.isNaN(time) && new Date(time).toISOString().startsWith(text) && !text.startsWith('0000')
  if (!isDate) throw invalid({ path, message: 'must be a date such as 2026-01-31' })
  return time
}

function presentDay({ date, counters }: WidgetDay) {
  const { conversations = 0, messages = 0, tokens = 0, feedback = 0, feedback_rated = 0, feedback_score = 0 } = counters
  const limits = Object.keys(widgetLimits) as WidgetLimit[]
  const refused = limits.map((limit) => [limit, counters[`refused_${limit}`] ?? 0] as const)
  return {
    ...{ date, conversations, messages, tokens },
    refusals: Object.fromEntries(refused.filter(([, count]) => count > 0)),
    feedback: {
      count: feedback,
      average: feedback_rated === 0 ? null : Math.round((feedback_score / feedback_rated) * 100) / 100,
    },
  }
}
