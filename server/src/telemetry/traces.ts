// Spans of what a server does, for an operator who collects traces. Without a collector nothing is kept, and nothing is loaded.

export type Attributes = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>

export interface Span {
  set(attributes: Attributes): void
  /** `why`: a word such as an error's code, never a text that may hold content. */
  fail(why: string): void
  end(): void
}

export interface SpanOptions {
  /** `server`: answers a call of another program; `client`: makes one. Default: neither. */
  kind?: 'server' | 'client'
  attributes?: Attributes
  /** `none`: it begins a trace. A text: the header `traceparent` of the program that asks for it. Default: the span around it. */
  parent?: 'none' | { traceparent: string | undefined }
}

export interface Traces {
  /** Whether anything is kept. */
  readonly isOn: boolean
  /** Whether what people, models and tools say may be attributes, redacted. */
  readonly captures_content: boolean
  begin(name: string, options?: SpanOptions): Span
  /** What `work` begins is inside the span, also after waiting. */
  within<T>(span: Span, work: () => T): T
  /** What `work` begins is inside no span: it was only noticed there. */
  outside<T>(work: () => T): T
  /** The header `traceparent` for a request to this address; null: none. */
  traceparentFor(url: URL): string | null
}

export const noSpan: Span = { set: () => {}, fail: () => {}, end: () => {} }

export const noTraces: Traces = {
  isOn: false,
  captures_content: false,
  begin: () => noSpan,
  within: (_span, work) => work(),
  outside: (work) => work(),
  traceparentFor: () => null,
}

/** `work` as a span. What it throws is only named by its kind. */
export async function traced<T>(
  traces: Traces,
  name: string,
  options: SpanOptions,
  work: (span: Span) => Promise<T>,
): Promise<T> {
  if (!traces.isOn) return work(noSpan)
  const span = traces.begin(name, options)
  try {
    return await traces.within(span, () => work(span))
  } catch (error) {
    span.fail(kindOf(error))
    throw error
  } finally {
    span.end()
  }
}

function kindOf(error: unknown): string {
  const { error: name, kind, code } = (error ?? {}) as { error?: unknown; kind?: unknown; code?: unknown }
  const [known] = [name, kind, code].filter((one) => typeof one === 'string')
  return known ?? (error instanceof Error ? error.name : 'error')
}
