// Takes a live workflow offline.
import { useState } from 'react'
import { useSession } from '../../session/session-context.ts'
import { AskDialog } from '../../settings/ask-dialog.tsx'
import { Button } from '../../ui/button.tsx'
import { workflowTexts as words } from '../texts.ts'
import type { Workflow } from '../use-workflow.ts'

export function OfflineButton({ workflow: { id: workflow_id, live_version } }: { workflow: Workflow }) {
  const { client, scopes } = useSession()
  const [isAsking, setAsking] = useState(false)
  if (live_version === null || !scopes.has('workflows:manage')) return null
  return (
    <>
      <Button onClick={() => setAsking(true)}>{words.goOffline}</Button>
      {isAsking && (
        <AskDialog
          title={words.goOfflineTitle}
          text={words.goOfflineText}
          submit={words.goOffline}
          done={words.wentOffline}
          changes={[['workflows'], ['workflow-versions', workflow_id], ['workflow-triggers']]}
          act={() => client.goOfflineWorkflow({ workflow_id })}
          onClose={() => setAsking(false)}
        />
      )}
    </>
  )
}
