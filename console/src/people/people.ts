// Whose members and invitations a list shows: those of the caller's organization, or of one below it.
import type { Role } from '@parley/contract'
import type { Input, Output } from '@parley/sdk'
import { useSession } from '../session/session-context.ts'
import { grantableRoles, holdsAny } from '../session/rights.ts'

export type Member = Output<'listMembers'>['data'][number]
export type Invitation = Output<'listInvitations'>['data'][number]
export type NewInvitation = Output<'createInvitation'>
export type InvitationState = Invitation['state']

interface Call {
  signal: AbortSignal
}

interface Page {
  limit: number
  cursor?: string
}

export interface People {
  membersKey: readonly unknown[]
  invitationsKey: readonly unknown[]
  mayManage: boolean
  /** The roles that the caller can grant. */
  grantable: readonly Role[]
  listMembers: (page: Page, call: Call) => Promise<Output<'listMembers'>>
  changeRole: (user_id: string, role: Role) => Promise<unknown>
  removeMember: (user_id: string) => Promise<unknown>
  listInvitations: (page: Page & { state: InvitationState }, call: Call) => Promise<Output<'listInvitations'>>
  invite: (invitation: Input<'createInvitation'>) => Promise<NewInvitation>
  /** Null: only the organization itself can. */
  answers: {
    revoke: (invitation_id: string) => Promise<unknown>
    resend: (id: string) => Promise<NewInvitation>
  } | null
}

export function useOwnPeople(): People {
  const session = useSession()
  const { client } = session
  const grantable = grantableRoles(session)
  return {
    membersKey: ['members'],
    invitationsKey: ['invitations'],
    mayManage: holdsAny(session, ['members:manage']) && grantable.length > 0,
    grantable,
    listMembers: (page, call) => client.listMembers(page, call),
    changeRole: (user_id, role) => client.updateMember({ user_id, role }),
    removeMember: (user_id) => client.deleteMember({ user_id }),
    listInvitations: (page, call) => client.listInvitations(page, call),
    invite: (invitation) => client.createInvitation(invitation),
    answers: {
      revoke: (invitation_id) => client.deleteInvitation({ invitation_id }),
      resend: (invitation_id) => client.resendInvitation({ invitation_id }),
    },
  }
}
