// Asks before a version is published, and says what would change for those who talk to the agent.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { describeError } from '../../describe-error.ts'
import { useSession } from '../../session-context.ts'
import { agentTexts } from '../../texts/agents.ts'
import { ConfirmDialog } from '../../ui/dialog.tsx'
import { notify } from '../../ui/notify.ts'
import type { AgentDetail, AgentVersion } from '../document.ts'
import { findLive, forgetAgents } from '../use-agent.ts'
import { comparisonQuery } from './comparison.tsx'

const words = agentTexts.publish

interface Props {
  agent: AgentDetail
  version: AgentVersion
  onClose: () => void
}

export function PublishDialog({ agent, version, onClose }: Props) {
  const session = useSession()
  const queries = useQueryClient()
  const live = findLive(agent)
  const publish = useMutation({
    mutationFn: () => session.client.publishAgentVersion({ agent_id: agent.id, version: String(version.version) }),
    onSuccess: async () => {
      notify(words.done(version.version))
      await forgetAgents(queries, agent.id)
      onClose()
    },
  })
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => open || onClose()}
      title={words.title(version.version)}
      description={live ? words.text(live.version) : words.first}
      submit={words.submit}
      isPending={publish.isPending}
      error={publish.error && describeError(publish.error)}
      onSubmit={() => publish.mutate()}
    >
      {live && <WhatChanges agent_id={agent.id} from={live.version} version={version} />}
    </ConfirmDialog>
  )
}

const labels_shown = 8

function WhatChanges({ agent_id, from, version }: { agent_id: string; from: number; version: AgentVersion }) {
  const session = useSession()
  const { data } = useQuery(comparisonQuery(session, agent_id, from, version.version, version.revision))
  if (!data) return null
  const { differences } = data
  return (
    <div className="rounded-md bg-sunken px-3 py-2">
      <p className="font-medium">{words.differences(differences.length, from)}</p>
      <ul className="mt-1 font-mono text-xs break-words">
        {differences.slice(0, labels_shown).map(({ path, label }) => (
          <li key={path}>{label}</li>
        ))}
      </ul>
      {differences.length > labels_shown && <p>{words.more(differences.length - labels_shown)}</p>}
    </div>
  )
}
