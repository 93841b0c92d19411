// How readers of a dataset's progress learn that something has changed: a trigger on its attachments notifies every node (033-ingest.sql).
import type { Core } from '../../calls/core.ts'
import { signalsOf } from '../../live/signals.ts'
import { topic } from '../../live/topics.ts'

const dataset_progress = topic<string>('dataset_progress')

/** By the dataset's id. */
export const progressOf = signalsOf('dataset_progress')

export function passOnProgress({ live }: Pick<Core, 'live'>): void {
  live.bus.subscribe(dataset_progress, (dataset_id) => live.signals.notify(progressOf(dataset_id)))
}
