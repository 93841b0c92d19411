// Which refusal it is that the tables do not store an organization at its place in the tree. Pure.
import type { ErrorName } from '@parley/contract'
import { AppError, invalid, notFound } from '../../base/errors.ts'

/** By the rules of `080-organization-tree.sql`. */
const refusals: Readonly<Record<string, ErrorName>> = {
  organizations_parent_deleted: 'organization_deleting',
  organizations_depth: 'too_many_levels',
  organizations_children: 'too_many_children',
  organizations_subtree: 'too_many_descendants',
}

/** Null: it is another failure. */
export function refusalOfPlace(error: unknown): AppError | null {
  const { code, constraint } = (error ?? {}) as { code?: unknown; constraint?: unknown }
  if (code !== '23514' || typeof constraint !== 'string') return null
  if (constraint === 'organizations_parent') return notFound('Parent organization')
  if (constraint === 'organizations_no_cycle')
    return invalid({ path: 'parent', message: 'is the organization itself, or below it' })
  const refusal = Object.hasOwn(refusals, constraint) ? refusals[constraint] : undefined
  return refusal === undefined ? null : new AppError(refusal, undefined, {}, { cause: error })
}
