// The state of a source in a knowledge base: a dot and a word, a bar while it is prepared, and why it failed.
import type { AttachmentStatus, DatasetSource } from '@parley/contract'
import { formatClock, formatFull } from '../../base/format.ts'
import { classes } from '../../ui/classes.ts'
import { ProgressBar } from '../../ui/progress-bar.tsx'
import { knowledgeTexts } from '../texts.ts'
import { sourceTexts as words } from './texts.ts'

const dots: Record<AttachmentStatus, string> = {
  pending: 'border-2 border-faint',
  converting_to_markdown: 'bg-accent pulses',
  chunking: 'bg-accent pulses',
  embedding: 'bg-accent pulses',
  ready: 'bg-good',
  failed: 'bg-bad',
}

export function AttachmentState({ attachment }: { attachment: DatasetSource }) {
  const { status, total_chunks, processed_chunks, sources } = attachment
  const isAtWork = status !== 'ready' && status !== 'failed' && status !== 'pending'
  return (
    <div className="flex min-w-24 flex-col gap-1 max-wide:max-w-48">
      <span className={classes('inline-flex items-center gap-1.5', status === 'failed' && 'text-bad')}>
        <span className={classes('size-2 shrink-0 rounded-full', dots[status])} />
        {knowledgeTexts.statuses[status]}
      </span>
      {isAtWork && (
        <ProgressBar
          label={words.progressOf(sources.name)}
          value={status === 'embedding' && total_chunks > 0 ? processed_chunks / total_chunks : null}
        />
      )}
      {status === 'embedding' && (
        <span className="numeric text-xs text-faint">{words.chunksOf(processed_chunks, total_chunks)}</span>
      )}
    </div>
  )
}

/** Why it failed, or why it is not further: what happened, what to do, how often it was tried. */
export function AttachmentReason({ attachment }: { attachment: DatasetSource }) {
  const { status, status_reason, tries, next_try_at, serving } = attachment
  const isFailed = status === 'failed'
  if (status_reason === null && next_try_at === null) return null
  return (
    <div className={classes('mt-1 text-xs text-pretty', isFailed ? 'text-bad' : 'text-warn')}>
      {status_reason !== null && <p className="break-words">{status_reason.message}</p>}
      <p className="text-faint">
        {tries > 0 && words.tries(tries)}
        {next_try_at !== null && (
          <>
            {tries > 0 && ', '}
            <time dateTime={next_try_at} title={formatFull(next_try_at)}>
              {words.nextTry(formatClock(next_try_at))}
            </time>
          </>
        )}
        {serving && (
          <>
            {(tries > 0 || next_try_at !== null) && ' · '}
            {words.stillServed}
          </>
        )}
      </p>
    </div>
  )
}
