// The face of access: organizations, users, members and their credentials.

export type { ConversationTokens } from './conversation-token.ts'
export { authenticate, authenticateSession, readBearer } from './authenticate.ts'
export { type Subject, authenticateSubject } from './subject.ts'
export {
  type Presented,
  createCredentialCheck,
  readPresentedCredential,
  readPresentedSession,
} from './known-credentials.ts'
export { type Standing, type Standings, readStanding, requireStanding, standingOf } from './standing.ts'
export { createOrganizationIn } from './new-organization.ts'
export { changeOrganization, moveOrganization } from './change-organization.ts'
export {
  type PlacedOrganization,
  countCreatedBy,
  findSlug,
  hasChildren,
  holdOrganization,
  lockOrganization,
  lockTree,
  markOrganizationDeleted,
  removeOrganization,
} from './organization-rows.ts'
export { addMember, changeRole, holdMember, removeMember } from './members.ts'
export { listMembersOf } from './operations.ts'
export { inviteAsPartner, listInvitationsOf } from './sign-in/invitations.ts'
export { describeSession, readOwnSession } from './sign-in/operations.ts'
export { lookAt } from './sign-in/sessions.ts'
export { lockTokensOf } from './sign-in/users.ts'
export { findUser, findUserById } from './queries.ts'
export { requireOrganization } from './administration.ts'
export { countViewsOf, endView, endViewsOfOrganization, insertView, selectViews } from './view-rows.ts'
export { byCommand, tell } from './audit.ts'
export { createCredential } from './rules/credentials.ts'
export type { AccessServices } from './services.ts'
