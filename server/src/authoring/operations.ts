// The operations for authors of agents: compare versions, generate instructions from inputs, list models.
import { askForInstructions, makeDraft, requireAgent, requireVersion } from '../agents/agents.ts'
import type { Handler } from '../calls/context.ts'
import type { AuthoringServices } from './services.ts'
import { AppError, invalid } from '../base/errors.ts'
import { TextStream } from '../calls/event-stream.ts'
import { writeComparison } from './write-comparison.ts'

export { listModels } from './list-models.ts'

export const compareAgentVersions: Handler<'compareAgentVersions', AuthoringServices> = async (ctx, input) => {
  const { id } = await requireAgent(ctx, input.agent_id)
  const from = await requireVersion(ctx.store, id, String(input.from_version))
  const to = await requireVersion(ctx.store, id, String(input.to_version))
  const { compareValues } = await import('./rules/difference.ts')
  await ctx.core.pieces.begin(ctx.store.organization_id)
  const differences = compareValues(from.config, to.config)
  if (input.format === 'json') return { from_version: from.version, to_version: to.version, differences }
  return new TextStream((gone) => writeComparison({ ...ctx.core, ...ctx.room }, ctx.store, differences, gone))
}

export const generateAgentInstructions: Handler<'generateAgentInstructions'> = async (ctx, input) => {
  const { id } = await requireAgent(ctx, input.agent_id)
  const found = await requireVersion(ctx.store, id, input.version)
  if (found.published && input.version !== 'latest') throw new AppError('version_published')
  if (Object.keys(found.instruction_builder_inputs ?? {}).length === 0) {
    throw invalid({
      path: 'instruction_builder_inputs',
      message: 'is empty; fill it in before you request instructions',
    })
  }
  const draft = found.published ? await makeDraft(ctx, id) : found
  // If it is changed or published after it was read, the job finds it outdated.
  return ctx.store.transaction(async (tx) => {
    await askForInstructions(tx, draft, ctx.core.ports.newId())
    return requireVersion(tx, id, String(draft.version))
  })
}
