// Above the steps: what can be done with them, whether they are saved, what is wrong, and the ways to test and to publish.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useSession } from '../../session/session-context.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import { notify, notifyError } from '../../ui/notify.ts'
import { PopupMenu, PopupMenuItem } from '../../ui/popup.tsx'
import type { Fault } from '../definition/faults.ts'
import { workflowTexts } from '../texts.ts'
import { forgetVersions } from '../use-workflow.ts'
import { GoLiveDialog } from '../versions/go-live-dialog.tsx'
import { PublishDialog } from '../versions/publish-dialog.tsx'
import type { Panel } from './editor-section.tsx'
import { JsonDialog } from './json-dialog.tsx'
import { ProblemList } from './problem-list.tsx'
import { testTexts } from '../test/texts.ts'
import { editorTexts as words } from './texts.ts'
import type { Draft } from './use-draft.ts'
import type { StepActions } from './use-step-actions.ts'

interface Props {
  draft: Draft
  actions: StepActions
  panel: Panel
  onPanel: (panel: Panel) => void
  onAdd: () => void
  onGo: (fault: Fault) => void
}

export function Toolbar({ draft, actions, panel, onPanel, onAdd, onGo }: Props) {
  const { scopes } = useSession()
  const [asked, setAsked] = useState<'publish' | 'live' | 'json' | null>(null)
  const { isReadOnly, state, flush } = draft
  const mayManage = scopes.has('workflows:manage')
  const { version } = state
  return (
    <div
      role="group"
      aria-label={words.toolbar}
      className="flex flex-wrap items-center gap-1 border-b border-line px-3 py-1.5 wide:px-4"
    >
      {!isReadOnly && (
        <>
          <Button icon="plus" onClick={onAdd}>
            {words.add}
          </Button>
          <IconButton icon="undo" label={words.undo} disabled={!actions.undo} onClick={() => actions.undo?.()} />
          <IconButton icon="redo" label={words.redo} disabled={!actions.redo} onClick={() => actions.redo?.()} />
        </>
      )}
      <PopupMenu align="start" trigger={<IconButton icon="more" label={words.more} />}>
        {!isReadOnly && (
          <PopupMenuItem icon="fit" onSelect={actions.tidy}>
            {words.tidy}
          </PopupMenuItem>
        )}
        {!isReadOnly && actions.paste && (
          <PopupMenuItem icon="copy" onSelect={actions.paste}>
            {words.paste}
          </PopupMenuItem>
        )}
        <PopupMenuItem icon="settings" onSelect={() => onPanel({ kind: 'settings' })}>
          {words.settings}
        </PopupMenuItem>
        <PopupMenuItem icon="code" onSelect={() => setAsked('json')}>
          {words.json}
        </PopupMenuItem>
      </PopupMenu>
      <ProblemList warnings={state.warnings} onGo={onGo} />
      <span className="min-w-2 flex-1" />
      {isReadOnly ? <PublishedNote draft={draft} mayManage={mayManage} /> : <SaveLabel draft={draft} />}
      {mayManage && (
        <Button
          icon="play"
          aria-pressed={panel?.kind === 'test'}
          onClick={() => onPanel(panel?.kind === 'test' ? null : { kind: 'test' })}
        >
          {testTexts.title}
        </Button>
      )}
      {mayManage && version.status === 'draft' && (
        <Button kind="primary" onClick={() => void flush().then((isSaved) => isSaved && setAsked('publish'))}>
          {workflowTexts.publish}
        </Button>
      )}
      {mayManage && version.status === 'published' && (
        <Button kind="primary" onClick={() => setAsked('live')}>
          {workflowTexts.goLive}
        </Button>
      )}
      {asked === 'publish' && (
        <PublishDialog version={version} faults={state.faults.length} onClose={() => setAsked(null)} />
      )}
      {asked === 'live' && <GoLiveDialog version={version} onClose={() => setAsked(null)} />}
      {asked === 'json' && <JsonDialog draft={draft} onClose={() => setAsked(null)} />}
    </div>
  )
}

function SaveLabel({ draft: { saveState, flush } }: { draft: Draft }) {
  const isBad = saveState === 'failed' || saveState === 'refused'
  return (
    <>
      {/* Each change says it; only what went wrong is read out. */}
      <p
        role={isBad ? 'alert' : undefined}
        className={isBad ? 'px-1 text-xs text-bad' : 'px-1 text-xs text-faint max-[27rem]:sr-only'}
      >
        {words.save[saveState]}
      </p>
      {saveState === 'failed' && (
        <Button kind="quiet" onClick={() => void flush()}>
          {words.retry}
        </Button>
      )}
    </>
  )
}

/** A published version stays as it is; a draft begins with it. */
function PublishedNote({ draft, mayManage }: { draft: Draft; mayManage: boolean }) {
  const { client } = useSession()
  const queries = useQueryClient()
  const navigate = useNavigate()
  const { workflow_id, version, status } = draft.state.version
  const copy = useMutation({
    mutationFn: () => client.createWorkflowVersion({ workflow_id, base_version: version, allow_incomplete: true }),
    onSuccess: async (made) => {
      notify(words.edited(made.version))
      await forgetVersions(queries, workflow_id)
      await navigate({ to: '/workflows/$workflow_id', params: { workflow_id }, search: { version: made.version } })
    },
    onError: notifyError,
  })
  if (status === 'draft') return null
  return (
    <>
      <p className="px-1 text-xs text-faint">{words.old(version, workflowTexts.versionStates[status].toLowerCase())}</p>
      {mayManage && (
        <Button icon="edit" disabled={copy.isPending} onClick={() => copy.mutate()}>
          {words.edit}
        </Button>
      )}
    </>
  )
}
