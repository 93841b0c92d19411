// The list of members, with their roles.
import type { Role } from '@parley/contract'
import { useState } from 'react'
import { formatDay } from '../base/format.ts'
import { AskDialog } from '../settings/ask-dialog.tsx'
import { PagedTable } from '../settings/paged-table.tsx'
import { Section } from '../settings/settings-page.tsx'
import { settingsTexts } from '../settings/texts.ts'
import { usePages } from '../settings/use-pages.ts'
import { useSession } from '../session/session-context.ts'
import { useRefreshSession } from '../session/use-refresh-session.ts'
import { IconButton } from '../ui/button.tsx'
import { controlClasses } from '../ui/control-classes.ts'
import type { Invited } from './invite-dialog.tsx'
import type { Member, People } from './people.ts'
import { peopleTexts as words } from './texts.ts'

interface Props {
  people: People
  onPassword: (invited: Invited) => void
}

export function Members({ people, onPassword }: Props) {
  const { user } = useSession()
  const query = usePages<Member>(people.membersKey, people.listMembers)
  const [changed, setChanged] = useState<{ member: Member; role: Role } | null>(null)
  const [removed, setRemoved] = useState<Member | null>(null)
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
              <RoleChoice people={people} member={member} onChoose={(role) => setChanged({ member, role })} />
            ),
          },
          { name: words.since, isExtra: true, render: ({ created_at }) => formatDay(created_at) },
        ]}
        renderActions={
          people.mayManage
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
        <RoleDialog people={people} {...changed} isSelf={isSelf(changed.member)} onClose={() => setChanged(null)} />
      )}
      {removed && (
        <AskDialog
          title={words.remove(removed.email)}
          text={isSelf(removed) ? words.removeSelfText : words.removeText}
          submit={words.removeSubmit}
          done={words.removed(removed.email)}
          isDangerous
          changes={[people.membersKey]}
          act={() => people.removeMember(removed.user_id)}
          onClose={() => setRemoved(null)}
        />
      )}
    </Section>
  )
}

interface RoleDialogProps {
  people: People
  member: Member
  role: Role
  isSelf: boolean
  onClose: () => void
}

function RoleDialog({ people, member, role, isSelf, onClose }: RoleDialogProps) {
  const refresh = useRefreshSession()
  return (
    <AskDialog
      title={words.changeRole(member.email, role)}
      text={isSelf ? words.changeOwnRoleText : words.changeRoleText}
      submit={words.changeRoleSubmit}
      done={words.roleChanged}
      changes={[people.membersKey]}
      act={() => people.changeRole(member.user_id, role)}
      onDone={() => isSelf && void refresh()}
      onClose={onClose}
    />
  )
}

function Person({ member: { name, email }, isSelf }: { member: Member; isSelf: boolean }) {
  return (
    <>
      <span className="block break-all">
        {name ?? email}
        {isSelf && <span className="ml-1.5 inline-block text-xs whitespace-nowrap text-faint">{words.self}</span>}
      </span>
      {name !== null && <span className="block text-xs break-all text-faint">{email}</span>}
    </>
  )
}

interface RoleProps {
  people: People
  member: Member
  onChoose: (role: Role) => void
}

function RoleChoice({ people: { mayManage, grantable }, member, onChoose }: RoleProps) {
  if (!mayManage || !grantable.includes(member.role)) return settingsTexts.roles[member.role]
  return (
    <select
      aria-label={words.roleOf(member.email)}
      className={`${controlClasses} -my-1 max-w-28 min-w-24`}
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
