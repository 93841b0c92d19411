// Who the agent is, whether its changes are stored and published, and the ways to have them so.
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { formatNumber } from '../format.ts'
import { agentTexts } from '../texts/agents.ts'
import { Button } from '../ui/button.tsx'
import { Icon } from '../ui/icons.tsx'
import type { AgentVersion } from './document.ts'
import { AgentMenu } from './list/agent-menu.tsx'
import { useAgentPage } from './page-context.ts'
import { findLive } from './use-agent.ts'
import { PublishDialog } from './versions/publish-dialog.tsx'

const words = agentTexts.header

export function AgentHeader() {
  const { latest, editing } = useAgentPage()
  const [published, setPublished] = useState<AgentVersion | null>(null)
  const { agent, version } = latest
  const { isDirty, hasChanged, isSaving, mayManage, saveNow, discard } = editing
  const publish = async () => {
    const base = isDirty ? await saveNow() : latest
    if (base?.version && !base.version.published) setPublished(base.version)
  }
  return (
    <header className="flex min-h-14 flex-wrap items-center gap-x-3 gap-y-1.5 border-b border-line px-3 py-2 wide:px-4">
      <Link
        to="/agents"
        aria-label={words.back}
        title={words.back}
        className="grid size-8 shrink-0 place-items-center rounded-md text-soft hover:bg-hover"
      >
        <Icon name="left" />
      </Link>
      <div className="min-w-0 flex-1 max-wide:basis-[calc(100%-3.5rem)]">
        <h1 className="truncate text-base leading-tight font-semibold">{agent.name}</h1>
        <Standing />
      </div>
      {mayManage ? (
        <div className="flex items-center gap-1.5">
          {hasChanged && (
            <Button kind="quiet" disabled={isSaving} onClick={discard}>
              {words.discard}
            </Button>
          )}
          <Button disabled={!isDirty || isSaving} onClick={() => void saveNow()}>
            {isSaving ? words.saving : words.save}
          </Button>
          <Button
            kind="primary"
            disabled={isSaving || (!isDirty && version?.published !== false)}
            onClick={() => void publish()}
          >
            {isDirty ? words.saveAndPublish : words.publish}
          </Button>
        </div>
      ) : (
        <p className="text-xs text-faint">{words.readOnly}</p>
      )}
      <AgentMenu agent={agent} isOwnPage isBusy={hasChanged} />
      {published && <PublishDialog agent={agent} version={published} onClose={() => setPublished(null)} />}
    </header>
  )
}

function Standing() {
  const { latest, editing } = useAgentPage()
  const { agent, version } = latest
  const live = findLive(agent)
  const parts = [
    live ? words.live(live.version) : words.neverPublished,
    version && !version.published ? words.draft(version.version) : null,
    agent.active ? null : agentTexts.agents.inactive,
    words.conversations(formatNumber(agent.statistics.conversations), agent.statistics.conversations),
  ]
  return (
    <p className="flex flex-wrap items-center gap-x-3 text-xs text-faint">
      {parts
        .filter((part) => part !== null)
        .map((part) => (
          <span key={part}>{part}</span>
        ))}
      <span role="status" className="font-medium text-warn">
        {editing.hasChanged ? words.unsaved : ''}
      </span>
    </p>
  )
}
