// Asks before sources are detached or deleted.
import type { DatasetSource } from '@parley/contract'
import { AskDialog } from '../../settings/ask-dialog.tsx'
import { datasetsKey } from '../../passages/use-datasets.ts'
import { useSession } from '../../session/session-context.ts'
import { describeError } from '../../ui/describe-error.ts'
import { actionsOf, changeEach } from './source-actions.ts'
import { sourceTexts as words } from './texts.ts'
import { sourcesKey } from './use-sources.ts'

/** More names than this are only counted. */
const most_names = 10

interface Props {
  action: 'detach' | 'remove'
  attachments: readonly DatasetSource[]
  dataset_id: string
  onClose: () => void
}

export function ChangeDialog({ action, attachments, dataset_id, onClose }: Props) {
  const { client } = useSession()
  const isDetaching = action === 'detach'
  const act = async () => {
    const { failed } = await changeEach(attachments, actionsOf(client)[action])
    const [first] = failed
    if (!first) return
    if (attachments.length === 1) throw first.error
    throw new Error(`${words.partly(failed.length, attachments.length)} ${describeError(first.error)}`)
  }
  return (
    <AskDialog
      title={isDetaching ? words.detachTitle(attachments.length) : words.deleteTitle(attachments.length)}
      text={isDetaching ? words.detachText : words.deleteText}
      submit={isDetaching ? words.detachSubmit : words.deleteSubmit}
      done={isDetaching ? words.detached : words.deleted}
      isDangerous={!isDetaching}
      changes={[sourcesKey(dataset_id), datasetsKey]}
      act={act}
      onClose={onClose}
    >
      <ul className="list-disc pl-5">
        {attachments.slice(0, most_names).map(({ id, sources }) => (
          <li key={id} className="break-all">
            <bdi>{sources.name}</bdi>
          </li>
        ))}
        {attachments.length > most_names && <li>{`+ ${attachments.length - most_names}`}</li>}
      </ul>
    </AskDialog>
  )
}
