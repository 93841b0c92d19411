// Whether a view of a partner may go on, and what it permits: judged again with every request. Pure.
import { type PartnerAccess, type Role, type Scope, partnerAccesses, scopes, scopesOfRole } from '@parley/contract'
import type { Standing } from '../standing.ts'

/** A view with what decides about it, as it is now. */
export interface FoundView {
  id: string
  organization_id: string
  partner_id: string
  partner_name: string
  expires_at: string
  is_over: boolean
  /** Of the viewer in the partner's organization; null: they are not a member any more. */
  role: Role | null
  /** Whether the organization is still below the partner's. */
  is_below: boolean
  /** As the organization has set it. */
  partner_access: string | null
  standing: Standing
  partner_standing: Standing
}

export type ViewRefusal = 'unauthorized' | 'view_refused' | 'organization_suspended'

export const viewing_scope = 'child_organizations:manage' satisfies Scope

/** Null: it may go on. */
export function judgeView(view: FoundView): ViewRefusal | null {
  if (view.is_over || !view.is_below || !mayView(view.role)) return 'unauthorized'
  if (view.standing === 'deleted' || view.partner_standing === 'deleted') return 'unauthorized'
  if (view.standing === 'suspended' || view.partner_standing === 'suspended') return 'organization_suspended'
  return partnerAccessOf(view.partner_access) === 'none' ? 'view_refused' : null
}

const mayView = (role: Role | null) => role !== null && scopesOfRole[role].includes(viewing_scope)

/** What an organization has set that this version does not know permits nothing. */
export function partnerAccessOf(setting: unknown): PartnerAccess {
  if (setting === null || setting === undefined) return 'read'
  return partnerAccesses.find((known) => known === setting) ?? 'none'
}

const reading: Record<PartnerAccess, readonly Scope[]> = {
  none: [],
  read: scopes.filter((scope) => scope.endsWith(':read')),
  read_sensitive: scopes.filter((scope) => /:read(_sensitive)?$/.test(scope)),
}

/** In the order of the contract. */
export function scopesOfView(partner_access: unknown): readonly Scope[] {
  return reading[partnerAccessOf(partner_access)]
}
