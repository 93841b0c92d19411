// Copies an earlier version to a new draft, and navigates to it.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useSession } from '../../session/session-context.ts'
import { agentTexts } from '../texts.ts'
import { notify, notifyError } from '../../ui/notify.ts'
import type { SectionName } from '../agent-search.ts'
import { useAgentPage } from '../page-context.ts'
import { forgetAgents } from '../use-agent.ts'

export function useCopyVersion(version: number, section: SectionName) {
  const { client } = useSession()
  const queries = useQueryClient()
  const { latest, show } = useAgentPage()
  const agent_id = latest.agent.id
  return useMutation({
    mutationFn: () => client.createAgentVersion({ agent_id, base_version: version }),
    onSuccess: async (draft) => {
      notify(agentTexts.versions.copied(draft.version, version))
      await forgetAgents(queries, agent_id)
      show({ section })
    },
    onError: notifyError,
  })
}
