// Streams of server-sent events, plain text and files, and answers to foreign requests, as values: operations return them, and http
// writes them.

/** `data` becomes JSON; `retry_ms` asks the reader to reconnect after this time when the stream ends. */
export type ServerSentEvent = { event: string; data: unknown; id?: number } | { retry_ms: number }

/** What an operation returns instead of a body. */
export class EventStream {
  /** `gone` aborts when the reader has disconnected. Null if there will never be another event. */
  readonly open: ((gone: AbortSignal) => AsyncIterable<ServerSentEvent>) | null
  /** Disposed of when the stream ends. */
  readonly held: Disposable | null

  constructor(open: EventStream['open'], held: Disposable | null = null) {
    this.open = open
    this.held = held
  }
}

/** Text that is sent as it is written. An error before the first piece becomes an error response; later it ends the connection. */
export class TextStream {
  readonly open: (gone: AbortSignal) => AsyncIterable<string>

  constructor(open: TextStream['open']) {
    this.open = open
  }
}

/** A file as a download. An error before the first piece becomes an error response; later it ends the connection. */
export class FileStream {
  readonly name: string
  readonly media_type: string
  /** Null if that is known only when it has been sent. */
  readonly bytes: number | null
  readonly open: (gone: AbortSignal) => AsyncIterable<Uint8Array>

  constructor({ name, media_type, bytes, open }: Pick<FileStream, 'name' | 'media_type' | 'bytes' | 'open'>) {
    this.name = name
    this.media_type = media_type
    this.bytes = bytes
    this.open = open
  }
}

/** What an operation answers to a foreign request: another status and form than the contract has. */
export class ForeignAnswer {
  readonly status: number
  /** Sent as JSON. */
  readonly body: unknown

  constructor(status: number, body: unknown) {
    this.status = status
    this.body = body
  }
}
