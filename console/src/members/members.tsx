// The members: who they are, what they may do, and how that is changed.
import type { Role } from '@parley/contract'
import type { Output } from '@parley/sdk'
import { useState } from 'react'
import { formatDay } from '../base/format.ts'
import { useSession } from '../session/session-context.ts'
import { words } from '../settings/texts.ts'
import { IconButton } from '../ui/button.tsx'
import { controlClasses } from '../ui/control-classes.ts'
import { AskDialog } from '../settings/ask-dialog.tsx'
import { PagedTable } from '../settings/paged-table.tsx'
import { grantableRoles } from '../session/rights.ts'
import { Section } from '../settings/settings-page.tsx'
import { useRefreshSession } from '../session/use-refresh-session.ts'
import { usePages } from '../settings/use-pages.ts'
import type { Invited } from './invite-dialog.tsx'

const own = words.members
export const membersKey = ['members'] as const
type Member = Output<'listMembers'>['data'][number]

interface Props {
  mayManage: boolean
  onPassword: (invited: Invited) => void
}

export function Members({ mayManage, onPassword }: Props) {
  const { client, user } = useSession()
  const query = usePages<Member>(membersKey, (page, call) => client.listMembers(page, call))
  const [changed, setChanged] = useState<{ member: Member; role: Role } | null>(null)
  const [removed, setRemoved] = useState<Member | null>(null)
  const refresh = useRefreshSession()
  const isSelf = (member: Member) => member.user_id === user?.user_id
  return (
    <Section title={own.list}>
      <PagedTable
        label={own.list}
        query={query}
        empty={own.empty}
        keyOf={({ user_id }) => user_id}
        columns={[
          { name: own.who, render: (member) => <Person member={member} isSelf={isSelf(member)} /> },
          {
            name: own.role,
            render: (member) => (
              <RoleChoice member={member} mayManage={mayManage} onChoose={(role) => setChanged({ member, role })} />
            ),
          },
          { name: own.since, isExtra: true, render: ({ created_at }) => formatDay(created_at) },
        ]}
        renderActions={
          mayManage
            ? (member) => (
                <>
                  <IconButton
                    icon="link"
                    label={own.passwordLink(member.email)}
                    onClick={() => onPassword({ email: member.email, role: member.role, isMember: true })}
                  />
                  <IconButton icon="trash" label={own.remove(member.email)} onClick={() => setRemoved(member)} />
                </>
              )
            : undefined
        }
      />
      {changed && (
        <AskDialog
          title={own.changeRole(changed.member.email, own.roles[changed.role])}
          text={isSelf(changed.member) ? own.changeOwnRoleText : own.changeRoleText}
          submit={own.changeRoleSubmit}
          done={own.roleChanged}
          changes={[membersKey]}
          act={() => client.updateMember({ user_id: changed.member.user_id, role: changed.role })}
          onDone={() => isSelf(changed.member) && void refresh()}
          onClose={() => setChanged(null)}
        />
      )}
      {removed && (
        <AskDialog
          title={own.remove(removed.email)}
          text={isSelf(removed) ? own.removeSelfText : own.removeText}
          submit={own.removeSubmit}
          done={own.removed(removed.email)}
          isDangerous
          changes={[membersKey]}
          act={() => client.deleteMember({ user_id: removed.user_id })}
          onClose={() => setRemoved(null)}
        />
      )}
    </Section>
  )
}

function Person({ member: { name, email }, isSelf }: { member: Member; isSelf: boolean }) {
  return (
    <>
      <span className="block break-all">
        {name ?? email}
        {isSelf && <span className="ml-1.5 text-xs text-faint">{own.self}</span>}
      </span>
      {name !== null && <span className="block text-xs break-all text-faint">{email}</span>}
    </>
  )
}

interface RoleProps {
  member: Member
  mayManage: boolean
  onChoose: (role: Role) => void
}

function RoleChoice({ member, mayManage, onChoose }: RoleProps) {
  const grantable = grantableRoles(useSession())
  if (!mayManage || !grantable.includes(member.role)) return own.roles[member.role]
  return (
    <select
      aria-label={own.roleOf(member.email)}
      className={`${controlClasses} -my-1 max-w-28`}
      value={member.role}
      onChange={(event) => onChoose(event.target.value as Role)}
    >
      {grantable.map((role) => (
        <option key={role} value={role}>
          {own.roles[role]}
        </option>
      ))}
    </select>
  )
}
