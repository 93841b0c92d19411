// Streams the events of an execution until it ends, from any of them on, at any node.
import type { Input } from '@parley/contract'
import { invalid } from '../../base/errors.ts'
import { limitSubjectsOf } from '../../calls/access.ts'
import type { Handler } from '../../calls/context.ts'
import { EventStream, type ServerSentEvent } from '../../calls/event-stream.ts'
import { drainKey } from '../../live/shared.ts'
import { executionKey } from '../followed.ts'
import { presentEvent } from '../present-execution.ts'
import { type EventRow, type Progress, readEventRows, readProgress } from '../rows/executions.ts'
import type { WorkflowContext, Workflows } from '../services.ts'
import { executionNotFound } from './executions.ts'

/** Per query. */
const page_size = 200
/** How soon a reader should reconnect, to another node, when this one stops. */
const reconnect_ms = 500
/** A stream ends after this time: a client that resumes it is authorized again. */
const stream_ms = 300_000

export const streamExecutionEvents: Handler<'streamExecutionEvents', Workflows> = async (ctx, input) => {
  using stack = new DisposableStack()
  // Before anything asynchronous, so that simultaneous calls cannot exceed the limit.
  stack.use(ctx.room.open_streams.take(limitSubjectsOf(ctx.access)))
  const start = await findStart(ctx, input)
  if (start === null) return new EventStream(null)
  return new EventStream((gone) => streamEvents(ctx, start, gone), stack.move())
}

interface Start {
  id: string
  after: number
  about: Progress
}

/** Null: no further event will ever follow. */
async function findStart({ store }: WorkflowContext, input: Input<'streamExecutionEvents'>): Promise<Start | null> {
  const about = await readProgress(store, input.execution_id)
  if (!about) throw executionNotFound()
  const path = input.last_event_id ? 'last_event_id' : 'after'
  const after = input.last_event_id ? Number(input.last_event_id) : (input.after ?? 0)
  if (after > about.events) {
    throw invalid({ path, message: `must not be greater than ${about.events}, the number of the last event` })
  }
  return about.is_over && after === about.events ? null : { id: input.execution_id.toLowerCase(), after, about }
}

async function* streamEvents(ctx: WorkflowContext, start: Start, gone: AbortSignal): AsyncGenerator<ServerSentEvent> {
  const { id, about } = start
  const { live, node, ports } = ctx.core
  using _following = ctx.room.followed.follow(id, about.events)
  using listener = live.signals.listen(executionKey(id), drainKey)
  const ends_at = ports.clock.monotonic() + stream_ms
  for (let after = start.after; ;) {
    const events = await readEventRows(ctx.store, id, after, page_size)
    for (const event of events) yield toSent(presentEvent(id, about, event))
    const last = events.at(-1)
    if (last && isEnd(last)) return
    after = last?.number ?? after
    if (events.length === page_size) continue
    if (ctx.stops_at_stored) return
    const left_ms = ends_at - ports.clock.monotonic()
    if (node.isDraining || left_ms <= 0) {
      yield { retry_ms: reconnect_ms }
      return
    }
    await listener.next({ signal: gone, timeout_ms: Math.min(left_ms, look_ms) })
    if (gone.aborted) return
    // Deleted, or its organization is.
    if (events.length === 0 && !(await readProgress(ctx.store, id))) return
  }
}

/** Without a notification. */
const look_ms = 10_000

const isEnd = ({ type }: EventRow) =>
  type === 'workflow_execution.completed' ||
  type === 'workflow_execution.failed' ||
  type === 'workflow_execution.cancelled'

const toSent = (event: ReturnType<typeof presentEvent>) => ({ event: event.type, id: event.sequence, data: event })
