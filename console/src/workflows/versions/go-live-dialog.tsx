// Asks before a published version goes live, and names what starts from then on.
import { useSession } from '../../session/session-context.ts'
import { AskDialog } from '../../settings/ask-dialog.tsx'
import { listTriggers } from '../definition/list-triggers.ts'
import { workflowTexts as words } from '../texts.ts'
import type { WorkflowVersion } from '../use-workflow.ts'

interface Props {
  version: WorkflowVersion
  onClose: () => void
}

export function GoLiveDialog({ version, onClose }: Props) {
  const { client } = useSession()
  const { workflow_id, version: number } = version
  return (
    <AskDialog
      title={words.goLiveTitle(number)}
      text={words.goLiveText}
      submit={words.goLive}
      done={words.wentLive(number)}
      changes={[['workflows'], ['workflow-versions', workflow_id], ['workflow-triggers']]}
      act={() => client.goLiveWorkflowVersion({ workflow_id, version: String(number) })}
      onClose={onClose}
    >
      <TriggerNames version={version} />
    </AskDialog>
  )
}

export function TriggerNames({ version }: Pick<Props, 'version'>) {
  return (
    <ul aria-label={words.sections.triggers} className="rounded-md bg-sunken px-3 py-2">
      {listTriggers(version.definition).map(({ id, text }) => (
        <li key={id}>{text}</li>
      ))}
    </ul>
  )
}
