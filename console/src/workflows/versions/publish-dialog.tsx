// Asks before a draft is published: what is different from the version in use, and whether it goes live at once.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useSession } from '../../session/session-context.ts'
import { readFaults } from '../../settings/faults.ts'
import { Check } from '../../settings/parts.tsx'
import { ConfirmDialog } from '../../ui/dialog.tsx'
import { notify } from '../../ui/notify.ts'
import { editorTexts } from '../editor/texts.ts'
import { workflowTexts as words } from '../texts.ts'
import { type WorkflowVersion, forgetVersions, versionQuery } from '../use-workflow.ts'
import { Differences } from './differences.tsx'
import { TriggerNames } from './go-live-dialog.tsx'

interface Props {
  version: WorkflowVersion
  /** That an editor has found; absent: those of the version. */
  faults?: number
  onClose: () => void
}

export function PublishDialog({ version, faults, onClose }: Props) {
  const session = useSession()
  const { client } = session
  const queries = useQueryClient()
  const { workflow_id, version: number } = version
  // A list may be older than what an editor has saved since.
  const { data: newest = version } = useQuery(versionQuery(session, workflow_id, String(number)))
  const { revision } = newest
  const problems = faults ?? newest.problems.length
  const [goesLive, setGoesLive] = useState(true)
  const publish = useMutation({
    mutationFn: async () => {
      const place = { workflow_id, version: String(number) }
      // What was changed since it was shown is not published.
      await client.publishWorkflowVersion({ ...place, if_match: String(revision) })
      if (goesLive) await client.goLiveWorkflowVersion(place)
    },
    onSuccess: () => {
      notify(goesLive ? words.wentLive(number) : words.published(number))
      onClose()
    },
    onSettled: () => forgetVersions(queries, workflow_id),
  })
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => open || onClose()}
      title={words.publishTitle(number)}
      description={words.publishText}
      submit={words.publish}
      isPending={publish.isPending || problems > 0}
      error={
        problems > 0
          ? `${editorTexts.problems(problems)}. ${editorTexts.problemsText}`
          : readFaults(publish.error).other
      }
      onSubmit={() => publish.mutate()}
    >
      <Check label={words.andGoLive} hint={words.andGoLiveHint} isChecked={goesLive} onChange={setGoesLive} />
      {goesLive && <TriggerNames version={newest} />}
      <Changes workflow_id={workflow_id} number={number} revision={revision} />
    </ConfirmDialog>
  )
}

/** From the newest version that is published. */
function Changes({ workflow_id, number, revision }: { workflow_id: string; number: number; revision: number }) {
  const { client } = useSession()
  const { data: before } = useQuery({
    queryKey: ['workflow-versions', workflow_id, 'in use'],
    queryFn: async ({ signal }) => {
      const read = async (status: 'live' | 'published') =>
        (await client.listWorkflowVersions({ workflow_id, status, limit: 1 }, { signal })).data[0]
      return (await read('live')) ?? (await read('published')) ?? null
    },
  })
  if (before === undefined) return null
  if (before === null) return <p className="text-faint">{words.first}</p>
  return (
    <section aria-label={words.changesFrom(before.version)}>
      <h3 className="mb-1 font-medium">{words.changesFrom(before.version)}</h3>
      <Differences workflow_id={workflow_id} from={before.version} to={number} revision={revision} />
    </section>
  )
}
