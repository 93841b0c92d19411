// What a sandbox process is asked, and what it answers. Both sides know only these shapes.

/** Names that an evaluation sees: JSON values, and further names for parts of them. */
export interface Names {
  values: Record<string, unknown>
  /** `[name, ...path]`: the name stands for that part of `values`, and replaces a value with the same name. */
  links: readonly (readonly [name: string, ...path: string[]])[]
}

/** Four numbers of 32 bits: what random functions begin with. */
export type Seed = readonly [number, number, number, number]

/** `links`: others begin here, with names of their own, whose values are given as JSON in the bytes. */
export type Question = { links?: Names['links'] } & (
  | { ask: 'expression'; text: string; at_ms: number; seed: Seed; bounds: ExpressionBounds }
  | { ask: 'code'; code: string; at_ms: number; seed: Seed; bounds: CodeBounds }
  | { ask: 'check'; language: 'jsonata' | 'javascript'; text: string }
)

export interface ExpressionBounds {
  /** Of a processor. */
  time_ms: number
  depth: number
  sequence: number
  result_bytes: number
}

export interface CodeBounds {
  /** Of a processor. */
  time_ms: number
  /** Of a value. */
  depth: number
  memory_bytes: number
  result_bytes: number
  log_bytes: number
}

export type FaultCode =
  | 'syntax'
  | 'failed'
  | 'timeout'
  | 'memory'
  /** Calls or values are nested too deep. */
  | 'too_deep'
  /** A sequence has too many items. */
  | 'too_long'
  | 'result_too_large'
  | 'crashed'

/** Why there is no value, in words for the author. `position`: the character of the text, from 0, if it is known. */
export interface SandboxFault {
  code: FaultCode
  message: string
  position?: number
}

export interface ChildAnswer {
  /** JSON; null when there is a fault. */
  json: string | null
  fault: SandboxFault | null
  /** What code logged. */
  logs: string
  /** Of a processor. */
  spent_ms: number
}
