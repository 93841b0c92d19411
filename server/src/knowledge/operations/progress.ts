// Follows the states of a dataset’s sources.
import { sleep } from '../../base/retry.ts'
import { limitSubjectsOf } from '../../calls/access.ts'
import type { Context, Handler } from '../../calls/context.ts'
import { EventStream, type ServerSentEvent } from '../../calls/event-stream.ts'
import { drainKey } from '../../live/shared.ts'
import { progressOf } from '../ingest/progress-topic.ts'
import {
  type AttachmentRecord,
  findChangedAttachments,
  findDetached,
  listAttachmentRows,
  presentAttachments,
  readProgressTime,
} from '../read/attachments.ts'
import { findDataset, requireDataset } from '../read/datasets.ts'
import type { Knowledge } from '../services.ts'

/** The newest ones that a stream begins with. */
const snapshot_size = 200
const changed_at_once = 500
/** Of those that the stream has told about: the newest ones, of which it tells also that they are detached. */
const watched_size = 1000
/** Between two looks: a source that changes all the time is told about once a second. */
const gap_ms = 1000
/** A look without a notification, which may be lost. */
const poll_ms = 10_000
/** A client that resumes after it is authorized again. */
const stream_ms = 300_000
const reconnect_ms = 500

export const streamDatasetProgress: Handler<'streamDatasetProgress', Knowledge> = async (ctx, input) => {
  const { id } = await requireDataset(ctx.store, input.dataset_id)
  const held = ctx.room.open_streams.take(limitSubjectsOf(ctx.access))
  return new EventStream((gone) => follow(ctx, id, gone), held)
}

async function* follow(
  ctx: Context<Knowledge>,
  dataset_id: string,
  gone: AbortSignal,
): AsyncGenerator<ServerSentEvent> {
  const { live, node, ports } = ctx.core
  using listener = live.signals.listen(progressOf(dataset_id), drainKey)
  const ends_at = ports.clock.monotonic() + stream_ms
  const told = new Map<string, string>()
  const watched = new Set<string>()
  let since = await readProgressTime(ctx.store)
  const rows = await listAttachmentRows(ctx.store, dataset_id, {}, null, snapshot_size + 1)
  const shown = rows.slice(0, snapshot_size)
  for (const { id, updated_at } of shown) told.set(id, updated_at)
  watch(watched, shown)
  const attachments = await presentAttachments(ctx.store, shown)
  yield { event: 'snapshot', data: { attachments, is_complete: rows.length <= snapshot_size } }
  if (ctx.stops_at_stored) return
  for (;;) {
    const left_ms = ends_at - ports.clock.monotonic()
    if (node.isDraining || left_ms <= 0) break
    await listener.next({ signal: gone, timeout_ms: Math.min(left_ms, poll_ms) })
    if (gone.aborted) return
    if (!(await findDataset(ctx.store, dataset_id))) break
    const time = await readProgressTime(ctx.store)
    for await (const changed of findChanges(ctx, dataset_id, since)) {
      const news = changed.filter(({ id, updated_at }) => told.get(id) !== updated_at)
      for (const { id, updated_at } of news) told.set(id, updated_at)
      watch(watched, news)
      for (const attachment of await presentAttachments(ctx.store, news))
        yield { event: 'attachment', data: attachment }
    }
    for (const id of await findDetached(ctx.store, dataset_id, [...watched])) {
      watched.delete(id)
      yield { event: 'detached', data: { id } }
    }
    for (const [id, updated_at] of told) if (updated_at < since) told.delete(id)
    since = time
    await sleep(ports.clock, gap_ms, gone).catch(() => {})
  }
  yield { retry_ms: reconnect_ms }
}

/** The latest are last. */
function watch(watched: Set<string>, attachments: readonly { id: string }[]): void {
  for (const { id } of attachments) {
    watched.delete(id)
    watched.add(id)
  }
  for (const id of watched) {
    if (watched.size <= watched_size) return
    watched.delete(id)
  }
}

/** Below all ids: changes at the time itself are found, too. */
const least_id = '00000000-0000-0000-0000-000000000000'

async function* findChanges(
  ctx: Context<Knowledge>,
  dataset_id: string,
  time: string,
): AsyncGenerator<AttachmentRecord[]> {
  for (let since = { time, key: least_id }; ;) {
    const changed = await findChangedAttachments(ctx.store, dataset_id, since, changed_at_once)
    yield changed
    if (changed.length < changed_at_once) return
    const { updated_at, id } = changed.at(-1)!
    since = { time: updated_at, key: id }
  }
}
