// The sources of a knowledge base: adding files and pages, following their states, and changing them, many at once.
import type { Dataset, DatasetSource } from '@parley/contract'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useRef, useState } from 'react'
import { datasetKey } from '../../passages/use-datasets.ts'
import { useSession } from '../../session/session-context.ts'
import { PagedList } from '../../settings/paged-table.tsx'
import { useChange } from '../../settings/use-change.ts'
import { Connection } from '../../transcript/connection.tsx'
import { Button } from '../../ui/button.tsx'
import { controlClasses } from '../../ui/control-classes.ts'
import { SearchField } from '../../ui/search-field.tsx'
import { useListKeys } from '../../ui/use-list-keys.ts'
import { useNow } from '../../ui/use-now.ts'
import { type DatasetSearch, sourceFilters } from '../knowledge-search.ts'
import { ChangeDialog } from './change-dialog.tsx'
import { DropZone } from './drop-zone.tsx'
import { ExistingDialog } from './existing-dialog.tsx'
import { PagesDialog } from './pages-dialog.tsx'
import { actionsOf, changeEach } from './source-actions.ts'
import { type RowAction, SourceRow } from './source-row.tsx'
import { sourceTexts as words } from './texts.ts'
import { replaceFile } from './upload.ts'
import { UploadList } from './upload-list.tsx'
import { sourcesKey, useSources } from './use-sources.ts'
import type { Uploads } from './use-uploads.ts'

type Asked = { action: 'detach' | 'remove'; attachments: readonly DatasetSource[] }

export function SourcesSection({ dataset, uploads }: { dataset: Dataset; uploads: Uploads }) {
  const dataset_id = dataset.id
  const { scopes } = useSession()
  const { name, state } = useSearch({ from: '/pages/knowledge/$dataset_id' })
  const { query, isConnected } = useSources(dataset_id, { name, state })
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set())
  const [opened, setOpened] = useState<'pages' | 'existing' | null>(null)
  const [asked, setAsked] = useState<Asked | null>(null)
  const { rerun, act, replace } = useChanges(dataset_id, setAsked)
  const now = useNow()
  const list = useRef<HTMLDivElement>(null)
  useListKeys(list)
  const mayManage = scopes.has('sources:manage')
  // What has gone from the list is not selected any more.
  const chosen = query.rows.filter(({ id }) => selected.has(id))
  const select = (id: string, isIn: boolean) =>
    setSelected(new Set([...selected].filter((other) => other !== id).concat(isIn ? [id] : [])))
  return (
    <>
      {mayManage && (
        <DropZone onFiles={uploads.add} onPages={() => setOpened('pages')} onExisting={() => setOpened('existing')} />
      )}
      <UploadList {...uploads} />
      <Bar isConnected={isConnected} />
      {mayManage && query.rows.length > 0 && (
        <Selection
          chosen={chosen}
          isWhole={chosen.length === query.rows.length}
          onAll={(isIn) => setSelected(new Set(isIn ? query.rows.map(({ id }) => id) : []))}
          onRerun={() => void rerun(chosen)}
          onAsk={(action) => setAsked({ action, attachments: chosen })}
        />
      )}
      <div ref={list} className="rounded-lg border border-line bg-surface">
        <PagedList query={query} empty={name !== undefined || state !== undefined ? words.emptyFiltered : words.empty}>
          {(rows) => (
            <ul aria-label={words.list}>
              {rows.map((attachment) => (
                <SourceRow
                  key={attachment.id}
                  {...{ attachment, now, mayManage }}
                  isSelected={selected.has(attachment.id)}
                  onSelect={(isIn) => select(attachment.id, isIn)}
                  onAct={(action) => void act(action, attachment)}
                  onReplace={(file) => void replace(attachment, file)}
                />
              ))}
            </ul>
          )}
        </PagedList>
      </div>
      {opened === 'pages' && <PagesDialog dataset_id={dataset_id} onClose={() => setOpened(null)} />}
      {opened === 'existing' && <ExistingDialog dataset_id={dataset_id} onClose={() => setOpened(null)} />}
      {asked && <ChangeDialog {...asked} dataset_id={dataset_id} onClose={() => setAsked(null)} />}
    </>
  )
}

function Bar({ isConnected }: { isConnected: boolean }) {
  const { section, name, state, ...rest } = useSearch({ from: '/pages/knowledge/$dataset_id' })
  const navigate = useNavigate({ from: '/knowledge/$dataset_id' })
  const change = (next: DatasetSearch) => {
    const found = { section, name, state, ...rest, ...next }
    const kept = Object.entries(found).filter(([, value]) => value !== undefined)
    void navigate({ search: Object.fromEntries(kept) as DatasetSearch, replace: true })
  }
  return (
    <div className="flex flex-wrap items-center gap-1.5">
      <SearchField label={words.search} value={name ?? ''} onChange={(next) => change({ name: next! })} />
      <select
        aria-label={words.filter}
        className={`${controlClasses} w-auto! shrink-0 pr-1`}
        value={state ?? ''}
        onChange={({ target }) => change({ state: sourceFilters.find((known) => known === target.value)! })}
      >
        <option value="">{words.all}</option>
        {sourceFilters.map((filter) => (
          <option key={filter} value={filter}>
            {words.filters[filter]}
          </option>
        ))}
      </select>
      <span className="ml-auto">
        <Connection isConnected={isConnected} />
      </span>
    </div>
  )
}

interface SelectionProps {
  chosen: readonly DatasetSource[]
  isWhole: boolean
  onAll: (isIn: boolean) => void
  onRerun: () => void
  onAsk: (action: Asked['action']) => void
}

function Selection({ chosen, isWhole, onAll, onRerun, onAsk }: SelectionProps) {
  const isNone = chosen.length === 0
  return (
    <div className="flex min-h-8 flex-wrap items-center gap-2 px-4">
      <label className="mr-2 flex items-center gap-3">
        <input
          type="checkbox"
          className="size-4 accent-accent"
          checked={isWhole}
          onChange={({ target }) => onAll(target.checked)}
        />
        {isNone ? words.selectAll : words.selected(chosen.length)}
      </label>
      {!isNone && (
        <>
          <Button icon="again" onClick={onRerun}>
            {words.rerun}
          </Button>
          <Button onClick={() => onAsk('detach')}>{words.detach}</Button>
          <Button onClick={() => onAsk('remove')}>{words.remove}</Button>
        </>
      )}
    </div>
  )
}

function useChanges(dataset_id: string, ask: (asked: Asked) => void) {
  const { client } = useSession()
  const change = useChange(sourcesKey(dataset_id), datasetKey(dataset_id))
  const rerun = (attachments: readonly DatasetSource[]) => {
    const work = changeEach(attachments, actionsOf(client).rerun).then(({ failed }) => {
      if (failed.length > 0) throw new Error(words.partly(failed.length, attachments.length))
      return null
    })
    return change(work, words.rerunDone(attachments.length))
  }
  const act = (action: RowAction, attachment: DatasetSource) => {
    const { source_id } = attachment
    if (action === 'rerun') return rerun([attachment])
    if (action === 'fetch') return change(client.crawlSource({ source_id }), words.fetchDone)
    if (action === 'cancel') return change(client.cancelSourceCrawl({ source_id }), words.cancelDone)
    return ask({ action, attachments: [attachment] })
  }
  const replace = (attachment: DatasetSource, file: File) =>
    change(replaceFile(client, attachment.source_id, file), words.replaced(attachment.sources.name))
  return { rerun, act, replace }
}
