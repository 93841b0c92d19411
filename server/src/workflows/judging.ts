// Judges the definitions that callers send.
import { workflowBounds } from '@parley/contract'
import { invalid } from '../base/errors.ts'
import { isLongerAsJson } from '../base/json.ts'
import { warnOfConnections } from './named-connections.ts'
import type { DefinitionVerdict } from './rules/judge-definition.ts'
import type { JudgedDefinition } from './rows/versions.ts'
import type { WorkflowContext } from './services.ts'

/** To judge such a definition takes milliseconds. */
const large_characters = 16_384

export const max_problems = workflowBounds.problems

export async function judge(ctx: WorkflowContext, definition: unknown): Promise<DefinitionVerdict> {
  if (isLongerAsJson(definition, large_characters)) await ctx.core.pieces.begin(ctx.store.organization_id)
  return ctx.room.judge(ctx.store.organization_id, definition, 'definition')
}

/** What is stored of a definition. Throws its problems, unless it may be incomplete and meets the schema. */
export async function judgeDraft(
  ctx: WorkflowContext,
  sent: unknown,
  allow_incomplete: boolean,
): Promise<JudgedDefinition> {
  const { definition, problems, obstacles, warnings } = await judge(ctx, sent)
  if (definition === null || (problems.length > 0 && !allow_incomplete)) throw invalid(...problems)
  return {
    definition,
    problems: [...problems, ...obstacles].slice(0, max_problems),
    warnings: [...warnings, ...(await warnOfConnections(ctx.store, definition))].slice(0, max_warnings),
  }
}

const max_warnings = 100

/** A definition without problems can be published and executed. */
export function requireRunnable({ definition, problems, obstacles }: DefinitionVerdict) {
  const all = [...problems, ...obstacles]
  if (definition === null || all.length > 0) throw invalid(...all)
  return definition
}
