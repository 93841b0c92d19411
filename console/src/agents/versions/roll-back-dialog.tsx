// Asks before an earlier version is restored, as a new version with the same content, because version numbers only rise.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { describeError } from '../../ui/describe-error.ts'
import { useSession } from '../../session/session-context.ts'
import { agentTexts } from '../texts.ts'
import { ConfirmDialog } from '../../ui/dialog.tsx'
import { notify } from '../../ui/notify.ts'
import type { AgentDetail } from '../document.ts'
import { forgetAgents } from '../use-agent.ts'

const words = agentTexts.rollBack

interface Props {
  agent: AgentDetail
  version: number
  onClose: () => void
}

export function RollBackDialog({ agent, version, onClose }: Props) {
  const { client } = useSession()
  const queries = useQueryClient()
  const agent_id = agent.id
  const draft = agent.versions[0]?.published === false ? agent.versions[0].version : null
  const rollBack = useMutation({
    mutationFn: async () => {
      const copy = await client.createAgentVersion({ agent_id, base_version: version })
      const { revision } = copy
      await client.publishAgentVersion({ agent_id, version: String(copy.version), if_match: String(revision) })
      return copy.version
    },
    onSuccess: (published) => {
      notify(words.done(version, published))
      onClose()
    },
    // If publishing failed, the copy exists all the same.
    onSettled: () => forgetAgents(queries, agent_id),
  })
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => open || onClose()}
      title={words.title(version)}
      description={words.text(version)}
      submit={words.submit}
      isPending={rollBack.isPending}
      error={rollBack.error && describeError(rollBack.error)}
      onSubmit={() => rollBack.mutate()}
    >
      {draft !== null && draft !== version && <p className="text-soft">{words.draft(draft)}</p>}
    </ConfirmDialog>
  )
}
