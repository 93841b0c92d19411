// Asks before a version is published, and shows what changes. A draft that changed since it was shown is not published.
import { ApiError } from '@parley/sdk'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { describeError } from '../../ui/describe-error.ts'
import { useSession } from '../../session/session-context.ts'
import { agentTexts } from '../texts.ts'
import { ConfirmDialog } from '../../ui/dialog.tsx'
import { notify } from '../../ui/notify.ts'
import { LoadingState } from '../../ui/state.tsx'
import type { AgentDetail, AgentVersion } from '../document.ts'
import { findLive, forgetAgents } from '../use-agent.ts'
import { FoldedDifference, comparisonQuery } from './comparison.tsx'

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
    mutationFn: () =>
      session.client.publishAgentVersion({
        agent_id: agent.id,
        version: String(version.version),
        if_match: String(version.revision),
      }),
    onSuccess: async () => {
      notify(words.done(version.version))
      await forgetAgents(queries, agent.id)
      onClose()
    },
    // Reads the current state, so that the page shows it.
    onError: (error) => isOutdated(error) && forgetAgents(queries, agent.id),
  })
  const hasChanged = isOutdated(publish.error)
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => open || onClose()}
      title={words.title(version.version)}
      description={live ? words.text(live.version) : words.first}
      submit={words.submit}
      isPending={publish.isPending || hasChanged}
      error={hasChanged ? words.changed : publish.error && describeError(publish.error)}
      onSubmit={() => publish.mutate()}
    >
      {live && <WhatChanges agent_id={agent.id} from={live.version} version={version} />}
    </ConfirmDialog>
  )
}

const isOutdated = (error: unknown) => error instanceof ApiError && error.code === 'revision_mismatch'

interface ChangesProps {
  agent_id: string
  from: number
  version: AgentVersion
}

function WhatChanges({ agent_id, from, version }: ChangesProps) {
  const session = useSession()
  const { data, error } = useQuery(comparisonQuery(session, agent_id, from, version.version, version.revision))
  if (error) return <p className="text-soft">{words.notCompared}</p>
  if (!data) return <LoadingState />
  return (
    <div className="flex flex-col gap-1.5">
      <p className="font-medium">{words.differences(data.differences.length, from)}</p>
      {/* The buttons stay visible below it. */}
      <ul className="-m-0.5 flex max-h-[42vh] flex-col gap-1.5 overflow-y-auto p-0.5">
        {data.differences.map((difference) => (
          <li key={`${difference.op} ${difference.path}`}>
            <FoldedDifference difference={difference} />
          </li>
        ))}
      </ul>
    </div>
  )
}
