// Streams as values, of server-sent events and of plain text: what an operation answers with, and http writes.

/** `data` becomes JSON; `retry_ms` asks the reader to come again, after so long, when the stream ends. */
export type ServerSentEvent = { event: string; data: unknown; id?: number } | { retry_ms: number }

/** What an operation answers in place of a body. */
export class EventStream {
  /** `gone` aborts when the reader is no longer there. Null: there is nothing to come, ever. */
  readonly open: ((gone: AbortSignal) => AsyncIterable<ServerSentEvent>) | null
  /** Let go when the stream is over. */
  readonly held: Disposable | null

  constructor(open: EventStream['open'], held: Disposable | null = null) {
    this.open = open
    this.held = held
  }
}

/** Text, sent as it is written. What is thrown before the first piece is an error answer, later the connection breaks off. */
export class TextStream {
  readonly open: (gone: AbortSignal) => AsyncIterable<string>

  constructor(open: TextStream['open']) {
    this.open = open
  }
}
