// What is measured of conversations and their turns.
import { channels, endReasons, turnOutcomes } from '@parley/contract'
import type { Counter, Histogram, Metrics } from '../telemetry/metrics.ts'
import type { MeasuredChange } from './machine/measured.ts'

const turns: Counter<'outcome'> = {
  name: 'parley_turns_total',
  help: 'Turns that this server has ended, by outcome.',
  labels: ['outcome'],
  from_start: turnOutcomes.map((outcome) => ({ outcome })),
}

const turn_seconds: Histogram<'outcome'> = {
  name: 'parley_turn_seconds',
  help: 'Seconds from a message to the end of its turn.',
  labels: ['outcome'],
  buckets: [0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60, 120],
}

const first_text_seconds: Histogram<never> = {
  name: 'parley_first_text_seconds',
  help: 'Seconds from the start of a turn to its first text.',
  labels: [],
  buckets: [0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30],
}

const ends: Counter<'reason' | 'channel'> = {
  name: 'parley_ends_total',
  help: 'Conversations that this server has ended, by reason and channel.',
  labels: ['reason', 'channel'],
  from_start: endReasons.flatMap((reason) => channels.map((channel) => ({ reason, channel }))),
}

export const end_to_commit_seconds: Histogram<never> = {
  name: 'parley_end_to_commit_seconds',
  help: 'Seconds from a call that ends a conversation to the commit that ends it, or that takes no more messages.',
  labels: [],
  buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
}

export const keys_joined: Counter<never> = {
  name: 'parley_keys_joined_total',
  help: 'Calls that joined the running turn of an earlier call with the same idempotency key.',
  labels: [],
}

export const conversationMetrics = [turns, turn_seconds, first_text_seconds, ends, end_to_commit_seconds, keys_joined]

export function measureChange(metrics: Metrics, measured: MeasuredChange): void {
  for (const { outcome, seconds, first_text_seconds: first } of measured.turns) {
    metrics.count(turns, { outcome })
    metrics.observe(turn_seconds, { outcome }, seconds)
    if (first !== null) metrics.observe(first_text_seconds, {}, first)
  }
  if (measured.end) metrics.count(ends, measured.end)
}
