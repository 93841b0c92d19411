// What a version needs before it is published: no problems, connections that exist, and a publisher with the scopes of its tools.
import { AppError, invalid } from '../base/errors.ts'
import type { TransactionStore } from '../database/store.ts'
import { judge, requireRunnable } from './judging.ts'
import { namedConnections, unknownConnections } from './named-connections.ts'
import { findConnections, lockConnections } from './rows/connections.ts'
import type { VersionRow } from './rows/versions.ts'
import { type ResolvedDefinition, resolveDefinition } from './rules/resolve-definition.ts'
import type { WorkflowContext } from './services.ts'

export interface Publishable {
  warnings: string[]
  /** The ids of its connections, which stay until the transaction ends. Throws the problems of those that do not exist. */
  findConnections(tx: TransactionStore): Promise<string[]>
}

export async function requirePublishable(ctx: WorkflowContext, { definition }: VersionRow): Promise<Publishable> {
  const verdict = await judge(ctx, definition)
  const resolved = resolveDefinition(requireRunnable(verdict))
  requireScopes(ctx, resolved)
  const named = namedConnections(definition)
  return {
    warnings: verdict.warnings,
    async findConnections(tx) {
      if (named.length === 0) return []
      await lockConnections(tx)
      const found = await findConnections(
        tx,
        named.map(({ connection }) => connection),
      )
      const problems = unknownConnections(named, found)
      if (problems.length > 0) throw invalid(...problems)
      return [...new Set([...found.values()].map(({ id }) => id))]
    },
  }
}

/** Steps that act at this server act in the name of their publisher, or of the caller that defines them. */
export function requireScopes(ctx: WorkflowContext, definition: ResolvedDefinition): void {
  const missing = ctx.room.scopesOf(definition).filter((scope) => !ctx.access.scopes.has(scope))
  if (missing.length === 0) return
  throw new AppError('forbidden', `The tools of its steps need scopes that you do not have: ${missing.join(', ')}.`)
}
