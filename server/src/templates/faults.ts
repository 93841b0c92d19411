// Tells authors and operators which template of an agent's configuration failed, and why.
import type { Logger } from 'pino'
import { TemplateError } from './values.ts'

/** Names the place of the template if it fails; the innermost name counts. */
export function atPath<Result>(path: string, render: () => Result): Result {
  try {
    return render()
  } catch (error) {
    if (error instanceof TemplateError) error.path ??= path
    throw error
  }
}

/** One sentence. */
export function describeTemplateFault({ path, message }: TemplateError): string {
  const which = path === null ? 'A template' : `The template \`${path}\``
  return `${which} could not be rendered: ${message}.`
}

/** An agent that many people use fails for each of them: further faults of the same minute are not logged. */
const most_a_minute = 60
const minute_ms = 60_000
const window = { minute: 0, count: 0 }

/** `reason`: what may be shown of it. */
export function logTemplateFault(
  log: Pick<Logger, 'warn'>,
  fields: { reason: string } & Record<string, unknown>,
): void {
  const minute = Math.floor(Date.now() / minute_ms)
  if (window.minute !== minute) Object.assign(window, { minute, count: 0 })
  window.count += 1
  if (window.count > most_a_minute) return
  const suffix = window.count === most_a_minute ? '; more of them in this minute are not logged' : ''
  log.warn(fields, `a template of an agent failed${suffix}`)
}
