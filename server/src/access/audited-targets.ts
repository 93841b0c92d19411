// What the audit log shows of members, credentials and invitations, and whose log it is.
import type { State } from '../audit/rules/changes.ts'
import type { Auditing } from '../calls/audited.ts'
import { type Statement, statement } from '../database/database.ts'
import type { Store } from '../database/store.ts'
import { isUuid } from '../base/ports.ts'
import { isKeyId } from './rules/credentials.ts'
import { selectMemberships } from './sign-in/users.ts'

const memberStatement = statement(
  'show_member_for_audit',
  `select u.email, u.name, m.role from members m join users u on u.id = m.user_id
   where m.organization_id = $1 and m.user_id = $2`,
)
const keyStatement = statement(
  'show_key_for_audit',
  `select name, role, scopes, agent_ids, expires_at from credentials
   where organization_id = $1 and key_id = $2 and user_id is null`,
)
const invitationStatement = statement(
  'show_invitation_for_audit',
  'select email, role, name, expires_at from invitations where organization_id = $1 and id = $2',
)

export const auditing: Auditing = {
  organizationsOf: selectMemberships,
  readers: {
    member: (store, id) => show(store, memberStatement, isUuid(id) ? id : null),
    organization_key: (store, id) => show(store, keyStatement, isKeyId(id) ? id : null),
    invitation: (store, id) => show(store, invitationStatement, isUuid(id) ? id : null),
  },
}

async function show(store: Store, shown: Statement, id: string | null): Promise<State> {
  const [row] = id === null ? [] : await store.query<Record<string, unknown>>(shown, [store.organization_id, id])
  return row ?? null
}
