// The header of an agent's page: its state, and the actions to save and publish it.
import { useState } from 'react'
import { formatNumber } from '../base/format.ts'
import { agentTexts } from './texts.ts'
import { Button } from '../ui/button.tsx'
import { PageHeader } from '../ui/page-header.tsx'
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
    // The state that is shown, which may be older than the state of the server.
    const base = isDirty ? await saveNow() : editing.state.base
    if (base?.version && !base.version.published) setPublished(base.version)
  }
  return (
    <PageHeader back={{ to: '/agents', label: words.back }} title={agent.name} note={<Standing />}>
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
    </PageHeader>
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
