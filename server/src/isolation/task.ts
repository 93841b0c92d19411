// What runs in isolation, and within which bounds.

export interface IsolatedTask {
  /** Its `run(bytes, options)` answers a value that JSON can hold. */
  module: URL
  options: unknown
  /** The only file that the process can read, besides the server's code. */
  path: string
}

export interface IsolatedInput {
  bytes: Buffer
  options: unknown
}

/** For one answer. */
export interface TimeLimits {
  seconds: number
  /** Of a processor: a busy machine does not fail work that is not to blame. */
  processor_ms?: number
}

export interface IsolationLimits extends TimeLimits {
  /** Resident. */
  memory_bytes: number
  /** Of one answer. */
  output_bytes: number
}

/** Why a process gave no answer. `crashed` includes errors that its module threw. */
export class IsolationFault extends Error {
  readonly kind: 'timeout' | 'memory' | 'output' | 'crashed'

  constructor(kind: IsolationFault['kind'], message: string) {
    super(message)
    this.kind = kind
  }
}
