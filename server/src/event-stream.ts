// A stream of server-sent events as a value: what an operation answers with, and http writes.

/** `data` becomes JSON; `retry_ms` asks the reader to come again, after so long, when the stream ends. */
export type ServerSentEvent = { event: string; data: unknown; id?: number } | { retry_ms: number }

/** What an operation answers in place of a body. */
export class EventStream {
  /** `gone` aborts when the reader is no longer there. Null: there is nothing to come, ever. */
  readonly open: ((gone: AbortSignal) => AsyncIterable<ServerSentEvent>) | null

  constructor(open: EventStream['open']) {
    this.open = open
  }
}
