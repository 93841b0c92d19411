// A tool call: one line that opens to its request and response.
import type { TranscriptItem } from '@parley/contract'
import { formatClock, formatFull, formatJson, formatMilliseconds } from '../base/format.ts'
import { classes } from '../ui/classes.ts'
import { Disclosure } from '../ui/disclosure.tsx'
import { Icon } from '../ui/icons.tsx'
import { transcriptTexts } from './texts.ts'

const words = transcriptTexts.tool

interface CallProps {
  call: TranscriptItem
  result: TranscriptItem | null
  isRunning: boolean
}

export function ToolCall({ call, result, isRunning }: CallProps) {
  const isFailed = result?.is_error === true
  const latency_ms = result?.latency_ms ?? null
  return (
    <div className="flex flex-col items-end gap-2 self-end w-full">
      <Disclosure
        className="group w-full max-w-[min(36rem,88%)] rounded-lg border border-line bg-canvas open:bg-surface"
        summary={
          <summary className="flex min-h-8 list-none items-center gap-2 rounded-lg px-2.5 hover:bg-hover">
            <Icon
              name="tool"
              width="14"
              height="14"
              className={classes('shrink-0', isFailed ? 'text-bad' : 'text-faint')}
            />
            <span className="truncate font-mono text-xs">{call.name}</span>
            <CallState isRunning={isRunning} isFailed={isFailed} isLost={result === null} />
            <span className="numeric ml-auto shrink-0 text-xs text-faint">
              {latency_ms !== null && formatMilliseconds(latency_ms)}
            </span>
            <Icon
              name="right"
              width="12"
              height="12"
              className="shrink-0 text-faint transition-transform group-open:rotate-90"
            />
          </summary>
        }
      >
        <div className="flex flex-col gap-2.5 border-t border-line p-2.5">
          <p className="text-xs text-faint" title={formatFull(call.created_at)}>
            {words.startedAt} {formatClock(call.created_at)}
            {latency_ms !== null && `, ${words.took(formatMilliseconds(latency_ms))}`}
          </p>
          {call.arguments !== undefined && <Json label={words.request} value={call.arguments} />}
          {result && (
            <Json label={isFailed ? words.error : words.response} value={result.output ?? null} isFault={isFailed} />
          )}
        </div>
      </Disclosure>
    </div>
  )
}

function CallState({ isRunning, isFailed, isLost }: { isRunning: boolean; isFailed: boolean; isLost: boolean }) {
  if (isRunning) return <span className="pulses text-xs text-accent">{words.running}</span>
  if (isFailed) return <span className="rounded bg-bad-wash px-1.5 text-xs leading-5 text-bad">{words.failed}</span>
  if (isLost) return <span className="rounded bg-warn-wash px-1.5 text-xs leading-5 text-warn">{words.lost}</span>
  return null
}

function Json({ label, value, isFault }: { label: string; value: unknown; isFault?: boolean }) {
  return (
    <div>
      <p className={classes('mb-1 text-xs font-medium', isFault ? 'text-bad' : 'text-soft')}>{label}</p>
      <pre
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        aria-label={label}
        role="group"
        className="max-h-80 overflow-auto rounded-md bg-sunken p-2 font-mono text-xs break-words whitespace-pre-wrap"
      >
        {typeof value === 'string' ? value : formatJson(value)}
      </pre>
    </div>
  )
}
