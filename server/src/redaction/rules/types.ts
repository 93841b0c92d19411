// What a conversation must not keep, as values. Pure.
import type { redactedKinds } from '@parley/contract'

export type RedactedKind = (typeof redactedKinds)[number]

/** Of the author of an agent. What it matches is replaced by its name. */
export interface NamedPattern {
  name: string
  pattern: string
}

export type RedactionRule = RedactedKind | NamedPattern

/** Set when a conversation is created, and read with its lock. Servers of earlier versions do not know `rules` and fail. */
export interface Redaction {
  rules: RedactionRule[]
}

/** Redacts a text that arrives in pieces. What it returns is final; it holds back what the next piece could still change. */
export interface RedactingStream {
  push(text: string): string
  /** The rest, when nothing more arrives. */
  end(): string
}

/** A segment of a text, and the end of what precedes it, after replacement: `Call me at `. */
export interface Place {
  segment: string
  before: string
}

/** What of a segment is replaced. */
export interface Found {
  start: number
  end: number
  kind: RedactedKind
}
