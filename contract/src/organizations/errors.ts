// The errors of the tree of organizations, of invitations and of views: part of the table of all errors.
export const organizationErrors = {
  organization_suspended: {
    status: 403,
    detail: 'The organization, or one above it, is suspended. Ask the partner or the operator to resume it.',
  },
  view_only: {
    status: 403,
    detail:
      'A view as a partner can only read what shows no keys, links or secrets. Use a credential of the organization.',
  },
  view_refused: {
    status: 403,
    detail: 'The organization does not let partners look at it, or the view is over.',
  },
  last_admin: {
    status: 409,
    detail: 'This is the last admin of the organization. Make another member an admin first.',
  },
  invitation_closed: {
    status: 409,
    detail: 'The invitation is closed: it was accepted, declined or revoked, or it has expired. Ask for a new one.',
  },
  invitation_needs_token: {
    status: 409,
    detail: 'Nothing has proven yet that this address is yours. Use the link of the invitation.',
  },
  has_children: {
    status: 409,
    detail: 'There are organizations below this one. Delete or move them first.',
  },
  organization_deleting: { status: 409, detail: 'The parent organization is being deleted. Choose another one.' },
  too_many_organizations: {
    status: 409,
    detail: 'You have reached the limit of 10 organizations that you created. Delete one first.',
  },
  too_many_levels: {
    status: 409,
    detail: 'The organization would have more than 8 organizations above it. Choose another parent.',
  },
  too_many_children: {
    status: 409,
    detail: 'The parent has reached its limit of 1,000 children. Choose another parent.',
  },
  too_many_descendants: {
    status: 409,
    detail: 'The tree has reached its limit of 10,000 organizations below its topmost one. Delete some first.',
  },
  too_many_views: {
    status: 409,
    detail: 'Your organization has reached its limit of 20 views at once. End one first.',
  },
} as const
