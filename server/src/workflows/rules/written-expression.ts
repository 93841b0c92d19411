// What a model is asked for an expression or a schedule, and how its answer is read. Pure.
import type { expressionKinds } from '@parley/contract'

export type WrittenKind = (typeof expressionKinds)[number]

export const instructionsOf: Record<WrittenKind, string> = {
  expression: [
    'You write one JSONata 2 expression for a step of a workflow. Reply with the expression alone: no braces around it, no code fence, no explanation.',
    'It can use: `input` (what the execution was given), `trigger` (what started it), `execution` (`id`, `workflow_id`, `version`, `started_at`), `error` (`step_id`, `code`, `message` of the last failure), `ctx`, and the outputs of earlier steps by their ids. An `http` step gives out `status_code`, `headers` and `body`.',
  ].join('\n'),
  cron: 'You write one schedule as cron with five fields: minute, hour, day of month, month, day of week. Reply with the five fields alone, without explanation.',
}

/** Of the demo model, which is no language model. */
export const demoTexts: Record<WrittenKind, string> = { expression: 'input', cron: '0 9 * * *' }

/** Without the code fence and the braces that models like to add. */
export function readWritten(reply: string): string {
  const fenced = /^```[a-z]*\s*\n([\s\S]*?)\n?```\s*$/i.exec(reply.trim())
  const text = (fenced?.[1] ?? reply).trim().replace(/^`([^`]*)`$/, '$1')
  const braced = /^\{\{([\s\S]*)\}\}$/.exec(text)
  return (braced && !braced[1]!.includes('{{') ? braced[1]! : text).trim()
}
