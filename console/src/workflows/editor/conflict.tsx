// What someone else has saved in the same draft meanwhile: both are shown, and nothing is overwritten unseen.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useSession } from '../../session/session-context.ts'
import { Button } from '../../ui/button.tsx'
import { Modal } from '../../ui/dialog.tsx'
import { notify, notifyError } from '../../ui/notify.ts'
import type { Definition } from '../definition/definition.ts'
import { type Difference, differencesOf } from '../definition/differences.ts'
import { forgetVersions } from '../use-workflow.ts'
import { definitionOf } from './editor-state.ts'
import { editorTexts } from './texts.ts'
import type { Draft } from './use-draft.ts'

const words = editorTexts.conflict

export function ConflictDialog({ draft }: { draft: Draft }) {
  const { theirs, state, definition, keepMine, takeTheirs } = draft
  /** What was looked at and put off. */
  const [putOff, setPutOff] = useState<object | null>(null)
  if (!theirs) return null
  if (putOff === theirs) {
    return (
      <div className="fixed bottom-4 left-4 z-30 flex items-center gap-2 rounded-lg border border-warn bg-surface px-3 py-2 shadow-float">
        <p role="alert">{words.title}</p>
        <Button onClick={() => setPutOff(null)}>{words.see}</Button>
      </div>
    )
  }
  const [others, mine] = [differencesOf(state.saved, definitionOf(theirs)), differencesOf(state.saved, definition)]
  const places = new Set(mine.map(({ path }) => path.join('.')))
  const names = namesIn(definition, definitionOf(theirs))
  return (
    <Modal open isKept onOpenChange={(open) => open || setPutOff(theirs)} title={words.title} description={words.text}>
      <Differences title={words.theirs} list={others} names={names} both={places} />
      <Differences title={words.mine} list={mine} names={names} />
      <div className="flex flex-wrap justify-end gap-2">
        <Button onClick={takeTheirs}>{words.take}</Button>
        <Button kind="primary" onClick={keepMine}>
          {words.keep}
        </Button>
      </div>
    </Modal>
  )
}

/** Somebody has published or deleted the draft. */
export function LostDialog({ draft }: { draft: Draft }) {
  const { lost } = editorTexts
  const { client } = useSession()
  const queries = useQueryClient()
  const navigate = useNavigate()
  const { workflow_id } = draft.state.version
  const leave = async (version: number | undefined) => {
    await forgetVersions(queries, workflow_id)
    await navigate({
      to: '/workflows/$workflow_id',
      params: { workflow_id },
      search: version === undefined ? {} : { version },
      ignoreBlocker: true,
    })
  }
  const copy = useMutation({
    mutationFn: () =>
      client.createWorkflowVersion({ workflow_id, definition: draft.definition, allow_incomplete: true }),
    onSuccess: (made) => {
      notify(editorTexts.edited(made.version))
      return leave(made.version)
    },
    onError: notifyError,
  })
  if (!draft.isLost) return null
  return (
    <Modal
      open
      isKept
      onOpenChange={(open) => open || void leave(undefined)}
      title={lost.title}
      description={lost.text}
    >
      <div className="flex flex-wrap justify-end gap-2">
        <Button onClick={() => void leave(undefined)}>{lost.take}</Button>
        <Button kind="primary" disabled={copy.isPending} onClick={() => copy.mutate()}>
          {lost.copy}
        </Button>
      </div>
    </Modal>
  )
}

function namesIn(...definitions: Definition[]): ReadonlyMap<string, string> {
  return new Map(definitions.flatMap(({ nodes }) => nodes.map(({ id, name }) => [id, name || id] as const)))
}

interface Props {
  title: string
  list: readonly Difference[]
  names: ReadonlyMap<string, string>
  both?: ReadonlySet<string>
}

function Differences({ title, list, names, both }: Props) {
  return (
    <section aria-label={title}>
      <h3 className="text-xs font-semibold text-faint">{title}</h3>
      {list.length === 0 && <p>{words.none}</p>}
      <ul className="flex max-h-48 flex-col gap-1 overflow-y-auto">
        {list.map(({ path, before, after }) => (
          <li key={path.join('.')} className="break-words">
            <span className="font-medium">{placeName(path, names)}</span>{' '}
            <span className="text-faint">{said(before)}</span> → {said(after)}
            {both?.has(path.join('.')) && <span className="ml-1.5 text-warn">{words.both}</span>}
          </li>
        ))}
      </ul>
    </section>
  )
}

function placeName([root, id, ...within]: Difference['path'], names: ReadonlyMap<string, string>): string {
  if (root !== 'nodes') return [root, id, ...within].filter((part) => part !== undefined).join('.')
  return [names.get(String(id)) ?? id, within.join('.')].filter(Boolean).join(': ')
}

function said(value: unknown): string {
  if (value === undefined || value === null || value === '') return words.nothing
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > 120 ? `${text.slice(0, 120)}…` : text
}
