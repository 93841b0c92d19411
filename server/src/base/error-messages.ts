// Rewrites what an error says, for the log: its message and stack, and those of its causes.

const most_causes = 8

export function rewriteMessages(error: unknown, rewrite: (text: string) => string): void {
  for (const fault of listCauses(error)) {
    const { message, stack = '' } = fault
    // With defineProperty, since some errors of the platform have a read-only message.
    Object.defineProperty(fault, 'message', { value: rewrite(message) })
    Object.defineProperty(fault, 'stack', { value: rewrite(stack) })
  }
}

function listCauses(error: unknown): Error[] {
  const causes: Error[] = []
  let current = error
  while (current instanceof Error && causes.length < most_causes) {
    causes.push(current)
    current = current.cause
  }
  return causes
}
