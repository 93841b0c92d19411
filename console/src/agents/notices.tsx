// Notices above the editor: an old version, changes by someone else, invalid JSON.
import { type ReactNode, useState } from 'react'
import { agentTexts } from './texts.ts'
import { Button } from '../ui/button.tsx'
import type { ShownVersion } from './agent-page.tsx'
import type { SectionName } from './agent-search.ts'
import { useAgentPage } from './page-context.ts'
import { stateOf } from './versions/describe-version.ts'
import { RollBackDialog } from './versions/roll-back-dialog.tsx'
import { useCopyVersion } from './versions/use-copy-version.ts'

const words = agentTexts.notices

export function Notices({ version, section }: { version: ShownVersion; section: SectionName }) {
  const { editing, latest, show } = useAgentPage()
  if (version.isMissing) {
    return (
      <Notice action={<Button onClick={() => show({ section })}>{words.toNewest}</Button>}>
        {words.missing(version.number!)}
      </Notice>
    )
  }
  if (version.number !== null) return <OldVersion number={version.number} section={section} />
  return (
    <>
      {latest.version === null && editing.mayManage && <Notice>{words.proposal}</Notice>}
      {section !== 'json' && Object.hasOwn(editing.state.held, 'config') && (
        <Notice action={<Button onClick={() => show({ section: 'json' })}>{words.toJson}</Button>}>
          {words.unreadable}
        </Notice>
      )}
      {editing.isOutdated && (
        <Notice action={<Button onClick={editing.showTheirs}>{words.seeOthers}</Button>}>{words.others}</Notice>
      )}
    </>
  )
}

function OldVersion({ number, section }: { number: number; section: SectionName }) {
  const { latest, editing, show } = useAgentPage()
  const [isRollingBack, setRollingBack] = useState(false)
  const { agent } = latest
  const known = agent.versions.find(({ version }) => version === number)
  const copy = useCopyVersion(number, section)
  const actions = (
    <div className="flex flex-wrap gap-1.5">
      {editing.mayManage && known && stateOf(known, agent) === 'past' && (
        <Button onClick={() => setRollingBack(true)}>{agentTexts.versions.rollBack}</Button>
      )}
      {editing.mayManage && !editing.hasChanged && (
        <Button disabled={copy.isPending} onClick={() => copy.mutate()}>
          {agentTexts.versions.copy}
        </Button>
      )}
      <Button onClick={() => show({ section })}>{words.toNewest}</Button>
    </div>
  )
  return (
    <>
      <Notice action={actions}>{words.old(number)}</Notice>
      {isRollingBack && <RollBackDialog agent={agent} version={number} onClose={() => setRollingBack(false)} />}
    </>
  )
}

function Notice({ children, action }: { children: ReactNode; action?: ReactNode }) {
  return (
    <div
      role="status"
      className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 rounded-md bg-warn-wash px-3 py-2 text-warn"
    >
      <p className="text-pretty">{children}</p>
      {action}
    </div>
  )
}
