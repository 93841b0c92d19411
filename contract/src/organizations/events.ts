// The data of the events of organizations about themselves, their members, invitations, keys and views.
import { Id, Timestamp, nullable, oneOf } from '../schema.ts'
import { Type } from '../type.ts'
import { roles } from '../vocabulary.ts'
import { organizationChanges, organizationStatuses, viewEnds } from './words.ts'

const Role = oneOf(roles)
const organization = { organization_id: Id, name: Type.String(), slug: Type.String() }
const member = { user_id: Id, name: nullable(Type.String()), role: Role }
const invitation = { invitation_id: Id, email: Type.String(), role: Role }
const credential = { key_id: Type.String(), name: Type.String() }
const view = {
  view_id: Id,
  organization_id: Type.Unsafe<string>({ ...Id, description: 'The organization that is looked at.' }),
  partner_id: Type.Unsafe<string>({ ...Id, description: 'The organization of the member who looks.' }),
  viewer: Type.Object({ user_id: Id, name: nullable(Type.String()) }),
}

export const accessEventData = {
  'organization.created': Type.Object(
    { ...organization, parent_id: nullable(Id) },
    { description: 'In the organization, and in its parent.' },
  ),
  'organization.updated': Type.Object({
    ...organization,
    parent_id: nullable(Id),
    status: oneOf(organizationStatuses),
    changed: Type.Array(oneOf(organizationChanges)),
  }),
  'organization.suspended': Type.Object({ ...organization, parent_id: nullable(Id) }),
  'organization.deleted': Type.Object(
    { ...organization, parent_id: nullable(Id) },
    { description: 'In the organization, and in its parent.' },
  ),
  'member.joined': Type.Object(member),
  'member.updated': Type.Object({ ...member, was: Role }),
  'member.removed': Type.Object(member),
  'invitation.created': Type.Object(invitation),
  'invitation.accepted': Type.Object(invitation),
  'invitation.declined': Type.Object(invitation),
  'invitation.expired': Type.Object(invitation),
  'invitation.revoked': Type.Object(invitation),
  'credential.created': Type.Object(credential),
  'credential.deleted': Type.Object(credential),
  'view_as.started': Type.Object(
    { ...view, reason: Type.String(), expires_at: Timestamp },
    { description: 'In both organizations.' },
  ),
  'view_as.ended': Type.Object({ ...view, cause: oneOf(viewEnds) }, { description: 'In both organizations.' }),
} as const
