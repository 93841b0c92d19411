// Lists and streams the events of an organization. A reader continues after the last number that it has seen, on any node.
import type { Input, OrganizationEvent, OrganizationStreamEvent } from '@parley/contract'
import { invalid } from '../base/errors.ts'
import { limitSubjectsOf } from '../calls/access.ts'
import type { Context, Handler } from '../calls/context.ts'
import { EventStream, type ServerSentEvent } from '../calls/event-stream.ts'
import { drainKey } from '../live/shared.ts'
import type { EventServices } from './events.ts'
import {
  type OrganizationEventRecord,
  numberOrganizationEvents,
  readOrganizationEvents,
} from '../organization-events/organization-events.ts'
import { type OrganizationWatch, organizationEventsKey } from './organization-watch.ts'

const page_size = 200
/** A stream ends after this time: a client that resumes it is authorized again. */
const stream_ms = 300_000
/** How soon a reader should reconnect when its stream ends. */
const reconnect_ms = 500

export interface OrganizationEventServices extends EventServices {
  readonly organizations: OrganizationWatch
}

type Own = Context<OrganizationEventServices>

export const listOrganizationEvents: Handler<'listOrganizationEvents', OrganizationEventServices> = async (
  ctx,
  input,
) => {
  using stack = new DisposableStack()
  if (ctx.accepts_stream) stack.use(ctx.room.open_streams.take(limitSubjectsOf(ctx.access)))
  const after = await findStart(ctx, input)
  if (ctx.accepts_stream) return new EventStream((gone) => streamEvents(ctx, after, gone), stack.move())
  const { events, last_number } = await readOrganizationEvents(ctx.store, after, page_size)
  const data = events.map((event) => presentEvent(ctx, event))
  return { data, last_sequence: last_number, has_more: (events.at(-1)?.number ?? last_number) < last_number }
}

async function findStart({ store }: Own, input: Input<'listOrganizationEvents'>): Promise<number> {
  const path = input.last_event_id ? 'last_event_id' : 'after'
  const after = input.last_event_id ? Number(input.last_event_id) : (input.after ?? 0)
  const last = after === 0 ? 0 : await numberOrganizationEvents(store)
  if (after > last) throw invalid({ path, message: `must not be greater than ${last}, the number of the last event` })
  return after
}

async function* streamEvents(ctx: Own, after: number, gone: AbortSignal): AsyncGenerator<ServerSentEvent> {
  const { live, node, ports } = ctx.core
  const { organization_id } = ctx.store
  using _following = ctx.room.organizations.follow(organization_id)
  using listener = live.signals.listen(organizationEventsKey(organization_id), drainKey)
  const ends_at = ports.clock.monotonic() + stream_ms
  for (let position = after; ;) {
    position = yield* tellEvents(ctx, position)
    const left_ms = ends_at - ports.clock.monotonic()
    if (node.isDraining || left_ms <= 0) {
      yield { retry_ms: reconnect_ms }
      return
    }
    await listener.next({ signal: gone, timeout_ms: left_ms })
    if (gone.aborted) return
  }
}

/** All events after a number; returns the number of the last. */
async function* tellEvents(ctx: Own, after: number): AsyncGenerator<ServerSentEvent, number> {
  for (let position = after; ;) {
    const { events } = await readOrganizationEvents(ctx.store, position, page_size)
    for (const event of events) yield toSent(presentEvent(ctx, event))
    position = events.at(-1)?.number ?? position
    if (events.length < page_size) return position
  }
}

function presentEvent({ store: { organization_id } }: Own, event: OrganizationEventRecord): OrganizationEvent {
  const { number: sequence, id, type, occurred_at, data } = event
  return { id, organization_id, sequence, type, occurred_at, data } as OrganizationEvent
}

function toSent(event: OrganizationEvent) {
  return { event: event.type, id: event.sequence, data: event } as OrganizationStreamEvent
}
