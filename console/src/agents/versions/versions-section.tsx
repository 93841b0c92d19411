// All versions of an agent, with the actions on them.
import { useRef, useState } from 'react'
import { formatFull, formatMoment } from '../../base/format.ts'
import { useNow } from '../../ui/use-now.ts'
import { agentTexts } from '../texts.ts'
import { texts } from '../../texts/index.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import { controlClasses } from '../../ui/control-classes.ts'
import { PopupMenu, PopupMenuItem } from '../../ui/popup.tsx'
import { EmptyState } from '../../ui/state.tsx'
import type { AgentSearch } from '../agent-search.ts'
import type { AgentDetail } from '../document.ts'
import { useAgentPage } from '../page-context.ts'
import { Group } from '../sections/group.tsx'
import { findLive } from '../use-agent.ts'
import { Comparison } from './comparison.tsx'
import { stateOf } from './describe-version.ts'
import { RollBackDialog } from './roll-back-dialog.tsx'
import { useCopyVersion } from './use-copy-version.ts'
import { VersionBadge } from './version-badge.tsx'

const words = agentTexts.versions

/** More rows would push the comparison out of sight. */
const shown_first = 8
/** The server returns this many with an agent. */
const listed_at_most = 100

type Version = AgentDetail['versions'][number]

export function VersionsSection({ search }: { search: AgentSearch }) {
  const { latest } = useAgentPage()
  const { agent } = latest
  const now = useNow()
  const [rolledBack, setRolledBack] = useState<number | null>(null)
  const [isWhole, setWhole] = useState(false)
  const comparison = useRef<HTMLDivElement>(null)
  const { versions } = agent
  const live = findLive(agent)
  const isShown = (version: Version, index: number) => isWhole || index < shown_first || version === live
  const shown = versions.filter(isShown)
  if (versions.length === 0) {
    return (
      <EmptyState icon="agents" title={words.emptyTitle}>
        {words.empty}
      </EmptyState>
    )
  }
  return (
    <>
      <Group title={words.title} hint={words.hint}>
        <table className="w-full border-collapse">
          <thead className="text-left text-xs text-faint">
            <tr>
              <th className="py-1.5 pr-3 font-normal">{words.columns.version}</th>
              <th className="py-1.5 pr-3 font-normal">{words.columns.state}</th>
              <th className="py-1.5 pr-3 font-normal max-wide:hidden">{words.columns.created}</th>
              <th className="py-1.5 pr-3 font-normal max-wide:hidden">{words.columns.changed}</th>
              <th className="py-1.5 pr-3 font-normal">{words.columns.published}</th>
              <th className="py-1.5">
                <span className="sr-only">{words.columns.actions}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.map((version) => (
              <VersionRow
                key={version.id}
                version={version}
                now={now}
                onCompare={() => comparison.current?.scrollIntoView({ block: 'start' })}
                onRollBack={() => setRolledBack(version.version)}
              />
            ))}
          </tbody>
        </table>
        {shown.length < versions.length && (
          <Button kind="quiet" className="self-start" onClick={() => setWhole(true)}>
            {words.showAll(versions.length)}
          </Button>
        )}
        {isWhole && versions.length === listed_at_most && (
          <p className="text-xs text-faint">{words.newestOnly(versions.length)}</p>
        )}
      </Group>
      <div ref={comparison} className="scroll-mt-4 border-t border-line pt-5 empty:hidden">
        <Compare search={search} />
      </div>
      {rolledBack !== null && <RollBackDialog agent={agent} version={rolledBack} onClose={() => setRolledBack(null)} />}
    </>
  )
}

interface RowProps {
  version: Version
  now: Date
  onCompare: () => void
  onRollBack: () => void
}

function VersionRow({ version, now, onCompare, onRollBack }: RowProps) {
  const { latest, show } = useAgentPage()
  const { number, isNewest } = { number: version.version, isNewest: latest.version?.id === version.id }
  const moment = (timestamp: string) => (
    <time dateTime={timestamp} title={formatFull(timestamp)}>
      {formatMoment(timestamp, now)}
    </time>
  )
  return (
    <tr className="border-t border-line">
      <th scope="row" className="py-1.5 pr-3 text-left font-medium">
        <button
          type="button"
          className="rounded underline decoration-line underline-offset-2 hover:decoration-ink"
          onClick={() => show({ section: 'instructions', ...(isNewest ? {} : { version: number }) })}
        >
          {words.name(number)}
        </button>
        {version.warnings.length > 0 && (
          <span className="ml-2 text-xs font-normal text-warn">{words.warnings(version.warnings.length)}</span>
        )}
      </th>
      <td className="py-1.5 pr-3">
        <VersionBadge state={stateOf(version, latest.agent)} />
      </td>
      <td className="numeric py-1.5 pr-3 text-soft max-wide:hidden">{moment(version.created_at)}</td>
      <td className="numeric py-1.5 pr-3 text-soft max-wide:hidden">{moment(version.updated_at)}</td>
      <td className="numeric py-1.5 pr-3 text-soft">
        {version.published_at === null ? texts.none : moment(version.published_at)}
      </td>
      <td className="py-0.5 text-right">
        <VersionMenu version={version} isNewest={isNewest} onCompare={onCompare} onRollBack={onRollBack} />
      </td>
    </tr>
  )
}

interface MenuProps {
  version: Version
  isNewest: boolean
  onCompare: () => void
  onRollBack: () => void
}

function VersionMenu({ version: { version, published }, isNewest, onCompare, onRollBack }: MenuProps) {
  const { latest, editing, show } = useAgentPage()
  const { agent } = latest
  const live = findLive(agent)?.version
  const copy = useCopyVersion(version, 'instructions')
  const compareWith = (from: number) => {
    show({ section: 'versions', from, to: version })
    onCompare()
  }
  return (
    <PopupMenu trigger={<IconButton icon="more" label={words.more(version)} />}>
      <PopupMenuItem onSelect={() => show({ section: 'instructions', ...(isNewest ? {} : { version }) })}>
        {words.view}
      </PopupMenuItem>
      {live !== undefined && live !== version && (
        <PopupMenuItem onSelect={() => compareWith(live)}>{words.compareWithLive(live)}</PopupMenuItem>
      )}
      {version > 1 && (
        <PopupMenuItem onSelect={() => compareWith(version - 1)}>{words.compareWith(version - 1)}</PopupMenuItem>
      )}
      {editing.mayManage && !editing.hasChanged && !isNewest && (
        <PopupMenuItem onSelect={() => copy.mutate()}>{words.copy}</PopupMenuItem>
      )}
      {editing.mayManage && published && version !== live && (
        <PopupMenuItem onSelect={onRollBack}>{words.rollBack}</PopupMenuItem>
      )}
    </PopupMenu>
  )
}

function Compare({ search }: { search: AgentSearch }) {
  const { latest, show } = useAgentPage()
  const { versions, id } = latest.agent
  const to = search.to ?? versions[0]!.version
  const from =
    search.from ??
    findLive({ versions: versions.filter(({ version }) => version !== to) })?.version ??
    versions[1]?.version
  if (from === undefined) return null
  const revision = versions.find(({ version }) => version === to)?.revision ?? 0
  return (
    <Group title={words.compare} hint={words.compareHint}>
      <div className="flex flex-wrap items-end gap-2">
        <VersionChoice
          label={words.from}
          value={from}
          onChange={(next) => show({ section: 'versions', from: next, to })}
        />
        <VersionChoice label={words.to} value={to} onChange={(next) => show({ section: 'versions', from, to: next })} />
        <Button onClick={() => show({ section: 'versions', from: to, to: from })}>{words.swap}</Button>
      </div>
      <Comparison agent_id={id} from={from} to={to} revision={revision} />
    </Group>
  )
}

function VersionChoice({
  label,
  value,
  onChange,
}: {
  label: string
  value: number
  onChange: (version: number) => void
}) {
  const { agent } = useAgentPage().latest
  return (
    <label className="flex flex-col gap-1">
      <span className="font-medium">{label}</span>
      <select
        className={`${controlClasses} min-w-50 pr-1`}
        value={value}
        onChange={({ target }) => onChange(Number(target.value))}
      >
        {agent.versions.every(({ version }) => version !== value) && <option value={value}>{words.name(value)}</option>}
        {agent.versions.map((version) => (
          <option key={version.id} value={version.version}>
            {words.option(version.version, words.states[stateOf(version, agent)])}
          </option>
        ))}
      </select>
    </label>
  )
}
