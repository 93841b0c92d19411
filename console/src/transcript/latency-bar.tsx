// How long a reply took and why: a small bar, and the figures behind it.
import type { TranscriptItem } from '@parley/contract'
import { formatMilliseconds, formatNumber } from '../base/format.ts'
import { classes } from '../ui/classes.ts'
import { PopupPanel } from '../ui/popup.tsx'
import { transcriptTexts as words } from './texts.ts'

type Metrics = NonNullable<TranscriptItem['metrics']>

const colours = { retrieval: 'bg-good', model: 'bg-accent', tools: 'bg-warn', rest: 'bg-faint/50' } as const

export function LatencyBar({ metrics }: { metrics: Metrics }) {
  const { total_ms, llm_ms, tools_ms, retrieval_ms } = metrics
  const rest = Math.max(0, total_ms - llm_ms - tools_ms - (retrieval_ms ?? 0))
  const parts = { retrieval: retrieval_ms ?? 0, model: llm_ms, tools: tools_ms, rest }
  const all = ['retrieval', 'model', 'tools', 'rest'] as const
  const names = all.filter((name) => name !== 'retrieval' || retrieval_ms !== undefined)
  const total = formatMilliseconds(total_ms)
  return (
    <PopupPanel
      title={words.latencyTitle}
      trigger={
        <button
          type="button"
          aria-label={words.latency(total)}
          className="flex h-6 items-center gap-2 rounded px-1 text-xs text-faint hover:bg-hover hover:text-ink"
        >
          <span className="flex h-1.5 w-20 gap-px overflow-hidden rounded-full" aria-hidden="true">
            {names.map((name) => (
              <span key={name} className={colours[name]} style={{ flexGrow: parts[name], flexBasis: 0 }} />
            ))}
          </span>
          <span className="numeric">{total}</span>
        </button>
      }
    >
      <p className="mb-2 font-semibold">{words.latencyTitle}</p>
      <dl className="flex flex-col gap-1">
        {names.map((name) => (
          <Row key={name} label={words.parts[name]} value={formatMilliseconds(parts[name])} colour={colours[name]} />
        ))}
        <Row label={words.total} value={total} isStrong />
        <div className="my-1 h-px bg-line" role="presentation" />
        {metrics.ttft_ms !== null && <Row label={words.firstText} value={formatMilliseconds(metrics.ttft_ms)} />}
        {metrics.model !== null && <Row label={words.model} value={metrics.model} />}
        {metrics.input_tokens !== null && (
          <Row
            label={words.tokens}
            value={words.tokensOf(formatNumber(metrics.input_tokens), formatNumber(metrics.output_tokens ?? 0))}
          />
        )}
      </dl>
    </PopupPanel>
  )
}

function Row(props: { label: string; value: string; colour?: string; isStrong?: boolean }) {
  return (
    <div className="flex items-baseline justify-between gap-4">
      <dt className="flex items-center gap-2 text-soft">
        {props.colour && <span className={classes('size-2 rounded-full', props.colour)} />}
        {props.label}
      </dt>
      <dd className={classes('numeric min-w-0 text-right break-words', props.isStrong && 'font-semibold')}>
        {props.value}
      </dd>
    </div>
  )
}
