// Time that this thread has used a processor: what a busy machine does not change.

/** Milliseconds since it was started. */
export function startTimer(): () => number {
  const read = () => {
    const { user, system } = process.threadCpuUsage()
    return (user + system) / 1000
  }
  const began = read()
  return () => read() - began
}
