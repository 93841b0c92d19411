// What is said of a search for a turn, in one line, and how loudly. Pure.
import type { Retrieval } from '@parley/contract'
import { formatMilliseconds } from '../base/format.ts'
import { passageTexts as words } from './texts.ts'

export type Tone = 'quiet' | 'warn' | 'bad'

type Described = Pick<Retrieval, 'outcome' | 'degraded' | 'retrieval_mode' | 'latency_ms'> & {
  chunks: readonly Pick<Retrieval['chunks'][number], 'shown'>[]
}

/** As in `5 passages · hybrid · 84 ms`. */
export function describeRetrieval({ outcome, chunks, retrieval_mode, latency_ms }: Described): string {
  if (outcome === 'skipped') return words.outcomes.skipped
  const shown = chunks.filter((chunk) => chunk.shown).length
  const found = shown === chunks.length ? words.passages(shown) : words.shownOf(shown, chunks.length)
  return [
    outcome === 'found' ? found : words.outcomes[outcome],
    ...(retrieval_mode === null ? [] : [words.modes[retrieval_mode]]),
    formatMilliseconds(latency_ms),
  ].join(' · ')
}

export function toneOf({ outcome, degraded }: Pick<Described, 'outcome' | 'degraded'>): Tone {
  if (outcome === 'failed' || outcome === 'timed_out') return 'bad'
  return degraded.length > 0 ? 'warn' : 'quiet'
}
