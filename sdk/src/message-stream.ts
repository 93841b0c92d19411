// The turn of one message as an async iterator. After a lost connection it asks for the same turn again and goes on where it was.
import { openConnection } from './connection.ts'
import { ConnectionError, isApiError, isUnanswered } from './errors.ts'
import * as operations from './generated/operations.ts'
import { randomUuid } from './random-uuid.ts'
import type { CallOptions, ClientOptions, Values } from './request.ts'
import { type Time, createPatience, systemTime } from './retry.ts'
import { open, readEvents } from './streams.ts'
import type { TurnStreamEvent } from './types.ts'

type Final = Extract<TurnStreamEvent, { event: 'turn.completed' | 'turn.failed' | 'turn.cancelled' }>

export async function* streamMessage(
  client: ClientOptions,
  input: Values,
  call: CallOptions,
  time: Time = systemTime,
): AsyncGenerator<TurnStreamEvent, void, undefined> {
  const patience = createPatience(time, client.stream_patience_ms)
  const keyed = { idempotency_key: randomUuid(), ...input }
  const story = new Story()
  for (;;) {
    let failure: unknown = new ConnectionError('The stream ended before the turn')
    const connection = openConnection(call.signal, time)
    try {
      const response = await open(client, operations.sendConversationMessage, keyed, call, connection)
      const listener = story.listen()
      for await (const { event, data } of readEvents(response, connection, { onRetry: patience.setPause })) {
        const heard = { event, data } as TurnStreamEvent
        const news = listener.tell(heard)
        if (news.length > 0) patience.renew()
        yield* news
        if (isFinal(heard)) return
      }
    } catch (error) {
      call.signal?.throwIfAborted()
      if (!canResume(error)) throw error
      failure = error
    } finally {
      connection.close()
    }
    await patience.wait(failure, call.signal)
  }
}

/** With its key a message has one effect, so it is sent again where calls are. */
function canResume(error: unknown): boolean {
  if (!isApiError(error)) return isUnanswered(error)
  return error.status === 503 || isApiError(error, 'rate_limited') || isApiError(error, 'outcome_unknown')
}

function isFinal({ event }: TurnStreamEvent): boolean {
  return event === 'turn.completed' || event === 'turn.failed' || event === 'turn.cancelled'
}

/** What the reader has been told of the turn. Each connection tells the turn from its start. */
class Story {
  #attempt = 0
  #turn_id = ''
  /** All deltas since the last `turn.restarted`, joined. */
  #told = ''
  /** Calls, results, searches and widgets. */
  readonly #seen = new Set<string>()

  /** For one connection: what of its events is new. */
  listen() {
    let text = ''
    let widgets = 0
    const tell = (heard: TurnStreamEvent): TurnStreamEvent[] => {
      const { event, data } = heard
      if (event === 'message.delta') {
        text += data.text
        return this.#catchUp(text)
      }
      if (event === 'turn.started' || event === 'turn.restarted') {
        text = ''
        return this.#start(heard)
      }
      // Text that this connection does not have is not part of the turn any more.
      if (event === 'turn.completed' && text !== this.#told) return [...this.#restart(text), heard]
      const once = idOf(heard, event === 'widget' ? (widgets += 1) : 0)
      if (once === null) return [heard]
      if (this.#seen.has(once)) return []
      this.#seen.add(once)
      return [heard]
    }
    return { tell }
  }

  #start(heard: Extract<TurnStreamEvent, { event: 'turn.started' | 'turn.restarted' }>): TurnStreamEvent[] {
    const { attempt, turn_id } = heard.data
    const isFirst = this.#attempt === 0
    const isKnown = heard.event === 'turn.started' && attempt <= this.#attempt && turn_id === this.#turn_id
    if (isKnown) return []
    this.#attempt = attempt
    this.#turn_id = turn_id
    if (isFirst) return [heard]
    this.#told = ''
    return [{ event: 'turn.restarted', data: heard.data }]
  }

  #catchUp(text: string): TurnStreamEvent[] {
    if (this.#told.startsWith(text)) return []
    if (!text.startsWith(this.#told)) return this.#restart(text)
    return this.#say(text.slice(this.#told.length))
  }

  /** What was told is void; this is true instead. */
  #restart(text: string): TurnStreamEvent[] {
    this.#told = ''
    const restarted = { event: 'turn.restarted', data: { turn_id: this.#turn_id, attempt: this.#attempt } } as const
    return [restarted, ...this.#say(text)]
  }

  #say(text: string): TurnStreamEvent[] {
    this.#told += text
    return text === '' ? [] : [{ event: 'message.delta', data: { turn_id: this.#turn_id, text } }]
  }
}

/** What tells an event from others of its turn; null: it comes once. */
function idOf({ event, data }: Exclude<TurnStreamEvent, Final> | Final, widget: number): string | null {
  if (event === 'widget') return `${event} ${widget}`
  if (event === 'retrieval.completed') return `${event} ${data.id}`
  return event === 'tool_call.started' || event === 'tool_call.completed' ? `${event} ${data.call_id}` : null
}
