// The list of members, with their roles.
import type { Role } from '@parley/contract'
import type { Output } from '@parley/sdk'
import { useState } from 'react'
import { formatDay } from '../base/format.ts'
import { useSession } from '../session/session-context.ts'
import { settingsTexts } from '../settings/texts.ts'
import { IconButton } from '../ui/button.tsx'
import { controlClasses } from '../ui/control-classes.ts'
import { AskDialog } from '../settings/ask-dialog.tsx'
import { PagedTable } from '../settings/paged-table.tsx'
import { grantableRoles } from '../session/rights.ts'
import { Section } from '../settings/settings-page.tsx'
import { useRefreshSession } from '../session/use-refresh-session.ts'
import { usePages } from '../settings/use-pages.ts'
import type { Invited } from './invite-dialog.tsx'
import { memberTexts as words } from './texts.ts'

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
    <Section title={words.list}>
      <PagedTable
        label={words.list}
        query={query}
        empty={words.empty}
        keyOf={({ user_id }) => user_id}
        columns={[
          { name: words.who, render: (member) => <Person member={member} isSelf={isSelf(member)} /> },
          {
            name: settingsTexts.role,
            render: (member) => (
              <RoleChoice member={member} mayManage={mayManage} onChoose={(role) => setChanged({ member, role })} />
            ),
          },
          { name: words.since, isExtra: true, render: ({ created_at }) => formatDay(created_at) },
        ]}
        renderActions={
          mayManage
            ? (member) => (
                <>
                  <IconButton
                    icon="link"
                    label={words.passwordLink(member.email)}
                    onClick={() => onPassword({ email: member.email, role: member.role, isMember: true })}
                  />
                  <IconButton icon="trash" label={words.remove(member.email)} onClick={() => setRemoved(member)} />
                </>
              )
            : undefined
        }
      />
      {changed && (
        <AskDialog
          title={words.changeRole(changed.member.email, settingsTexts.roles[changed.role])}
          text={isSelf(changed.member) ? words.changeOwnRoleText : words.changeRoleText}
          submit={words.changeRoleSubmit}
          done={words.roleChanged}
          changes={[membersKey]}
          act={() => client.updateMember({ user_id: changed.member.user_id, role: changed.role })}
          onDone={() => isSelf(changed.member) && void refresh()}
          onClose={() => setChanged(null)}
        />
      )}
      {removed && (
        <AskDialog
          title={words.remove(removed.email)}
          text={isSelf(removed) ? words.removeSelfText : words.removeText}
          submit={words.removeSubmit}
          done={words.removed(removed.email)}
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
        {isSelf && <span className="ml-1.5 text-xs text-faint">{words.self}</span>}
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
  if (!mayManage || !grantable.includes(member.role)) return settingsTexts.roles[member.role]
  return (
    <select
      aria-label={words.roleOf(member.email)}
      className={`${controlClasses} -my-1 max-w-28`}
      value={member.role}
      onChange={(event) => onChoose(event.target.value as Role)}
    >
      {grantable.map((role) => (
        <option key={role} value={role}>
          {settingsTexts.roles[role]}
        </option>
      ))}
    </select>
  )
}
