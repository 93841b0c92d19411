// The totals of a range: cost and tokens, and what the organization did.
import type { ReactNode } from 'react'
import { formatNumber } from '../base/format.ts'
import { formatMoney } from '../base/money.ts'
import { formatCompact } from '../charts/bucket-text.ts'
import { usageTexts } from './texts.ts'
import type { Summary } from './use-usage.ts'

const words = usageTexts.figures

export function Figures({ summary }: { summary: Summary }) {
  const { cost, tokens, workflow_runs_failed: failed } = summary
  const money = (amount: string) => formatMoney(amount, cost.currency)
  return (
    <dl className="grid grid-cols-2 overflow-hidden rounded-lg border border-line bg-surface wide:grid-cols-4">
      <Tile name={words.cost}>{money(cost.amount)}</Tile>
      <Tile name={words.lost} note={words.lostHint}>
        {money(cost.lost_amount)}
      </Tile>
      <Tile name={words.input} note={tokens.cached_input > 0 && words.cached(formatCompact(tokens.cached_input))}>
        {formatNumber(tokens.input)}
      </Tile>
      <Tile name={words.output}>{formatNumber(tokens.output)}</Tile>
      <Tile name={words.conversations}>{formatNumber(summary.total_calls)}</Tile>
      <Tile name={words.chat}>{formatNumber(summary.chat_minutes)}</Tile>
      <Tile name={words.voice}>{formatNumber(summary.voice_minutes)}</Tile>
      <Tile name={words.runs} note={failed > 0 && words.failedRuns(formatNumber(failed))}>
        {formatNumber(summary.workflow_runs_total)}
      </Tile>
    </dl>
  )
}

/** Lines between the figures; the outermost ones are cut off. */
function Tile({ name, note, children }: { name: string; note?: string | false; children: ReactNode }) {
  return (
    <div className="-mr-px -mb-px min-w-0 border-r border-b border-line px-4 py-3">
      <dt className="text-xs text-faint">{name}</dt>
      <dd className="numeric text-xl font-semibold break-words">{children}</dd>
      {note && <dd className="text-xs text-faint text-pretty">{note}</dd>}
    </div>
  )
}
