// What runs in isolation, and within which bounds.

export interface IsolatedTask {
  /** Its `run(bytes, options)` answers a value that JSON can hold. */
  module: URL
  options: unknown
  /** The only file that the process can read, besides the server's code. */
  path: string
}

export interface IsolationLimits {
  seconds: number
  /** Resident. */
  memory_bytes: number
  output_bytes: number
}
