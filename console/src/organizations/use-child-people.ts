// The members and invitations of an organization below the caller's, in which a partner can grant any role.
import { roles } from '@parley/contract'
import type { People } from '../people/people.ts'
import { useSession } from '../session/session-context.ts'
import { childrenKey } from './tree.tsx'

export function useChildPeople(organization_id: string): People {
  const { client } = useSession()
  return {
    // Below the key of the organizations, whose numbers of members change with them.
    membersKey: [...childrenKey, 'members', organization_id],
    invitationsKey: [...childrenKey, 'invitations', organization_id],
    mayManage: true,
    grantable: roles,
    listMembers: (page, call) => client.listChildMembers({ ...page, organization_id }, call),
    changeRole: (user_id, role) => client.updateChildMember({ organization_id, user_id, role }),
    removeMember: (user_id) => client.deleteChildMember({ organization_id, user_id }),
    listInvitations: (page, call) => client.listChildInvitations({ ...page, organization_id }, call),
    invite: (invitation) => client.createChildInvitation({ ...invitation, organization_id }),
    answers: null,
  }
}
