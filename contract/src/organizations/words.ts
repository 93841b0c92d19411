// The words and limits of the tree of organizations, of views by partners and of invitations.

/** `suspended`: calls are refused, there and below. */
export const organizationStatuses = ['active', 'suspended'] as const
export type OrganizationStatus = (typeof organizationStatuses)[number]

/** What a partner above may see of an organization by `view-as`, as the organization has set it. */
export const partnerAccesses = ['none', 'read', 'read_sensitive'] as const
export type PartnerAccess = (typeof partnerAccesses)[number]

/** The last four are final. */
export const invitationStates = ['pending', 'accepted', 'declined', 'expired', 'revoked'] as const
export type InvitationState = (typeof invitationStates)[number]
export type EndedState = Exclude<InvitationState, 'pending'>

/** Of the mail with the link. `none`: nobody sends one; pass the link on yourself. */
export const deliveryStates = ['none', 'queued', 'sent', 'failed'] as const

/** Why a slug cannot be had. */
export const slugReasons = ['taken', 'reserved', 'invalid'] as const

export const organizationBounds = {
  /** The most organizations above one. */
  depth: 8,
  children: 1000,
  subtree: 10_000,
  created_by_user: 10,
  views: 20,
  view_minutes: { default: 15, most: 60 },
  /** How long the slug of a deleted organization stays reserved. */
  reserved_days: 30,
} as const

/** What changed of an organization. */
export const organizationChanges = ['name', 'slug', 'settings', 'status', 'parent'] as const

/** Why a view ended. */
export const viewEnds = ['ended', 'expired', 'refused'] as const
