// A source in the list of a knowledge base.
import type { DatasetSource } from '@parley/contract'
import { Link } from '@tanstack/react-router'
import { useRef } from 'react'
import { formatFull, formatMoment } from '../../base/format.ts'
import { IconButton } from '../../ui/button.tsx'
import { Icon } from '../../ui/icons.tsx'
import { PopupMenu, PopupMenuItem, PopupMenuLink } from '../../ui/popup.tsx'
import { AttachmentReason, AttachmentState } from './attachment-state.tsx'
import { sourceTexts as words } from './texts.ts'

export type RowAction = 'rerun' | 'fetch' | 'cancel' | 'detach' | 'remove'

interface Props {
  attachment: DatasetSource
  now: Date
  isSelected: boolean
  mayManage: boolean
  onSelect: (isSelected: boolean) => void
  onAct: (action: RowAction) => void
  onReplace: (file: File) => void
}

export function SourceRow({ attachment, now, isSelected, mayManage, onSelect, onAct, onReplace }: Props) {
  const { sources, source_id, dataset_id, total_chunks, updated_at, attached_by } = attachment
  return (
    <li className="grid grid-cols-[auto_auto_minmax(0,1fr)_auto] items-start gap-x-3 gap-y-1 border-t border-line px-4 py-2 first:border-t-0 wide:grid-cols-[auto_auto_minmax(0,1fr)_9rem_auto]">
      {mayManage && (
        <input
          type="checkbox"
          aria-label={words.select(sources.name)}
          className="col-start-1 mt-0.5 size-4 accent-accent"
          checked={isSelected}
          onChange={({ target }) => onSelect(target.checked)}
        />
      )}
      <Icon name={sources.type === 'FILE' ? 'file' : 'link'} className="col-start-2 mt-px text-faint" />
      <div className="col-start-3 row-start-1 min-w-0">
        <Link
          to="/knowledge/sources/$source_id"
          params={{ source_id }}
          search={{ dataset_id }}
          data-row
          className="rounded font-medium [overflow-wrap:anywhere] hover:underline"
        >
          <bdi>{sources.name}</bdi>
        </Link>
        <p className="numeric flex flex-wrap gap-x-3 text-xs text-faint">
          {total_chunks > 0 && <span>{words.chunks(total_chunks)}</span>}
          {sources.pages !== null && <span>{words.pages(sources.pages)}</span>}
          {attached_by === 'crawl' && <span>{words.byCrawl}</span>}
          {sources.crawl?.status === 'running' && (
            <span className="text-accent">
              {words.fetching(sources.crawl.counts.stored, sources.crawl.counts.waiting)}
            </span>
          )}
          <time dateTime={updated_at} title={formatFull(updated_at)}>
            {formatMoment(updated_at, now)}
          </time>
        </p>
        {sources.warnings.map((warning) => (
          <p key={warning} className="text-xs text-warn">
            {warning}
          </p>
        ))}
        <AttachmentReason attachment={attachment} />
      </div>
      <div className="col-start-3 row-start-2 wide:col-start-4 wide:row-start-1">
        <AttachmentState attachment={attachment} />
      </div>
      {mayManage && (
        <div className="col-start-4 row-start-1 wide:col-start-5">
          <RowMenu attachment={attachment} onAct={onAct} onReplace={onReplace} />
        </div>
      )}
    </li>
  )
}

function RowMenu({ attachment, onAct, onReplace }: Pick<Props, 'attachment' | 'onAct' | 'onReplace'>) {
  const { sources, source_id, dataset_id } = attachment
  const chooser = useRef<HTMLInputElement>(null)
  const isFetching = sources.type === 'URL' && sources.crawl?.status === 'running'
  return (
    <>
      <PopupMenu trigger={<IconButton icon="more" label={words.actionsOf(sources.name)} className="-my-1" />}>
        <PopupMenuLink icon="open" to="/knowledge/sources/$source_id" params={{ source_id }} search={{ dataset_id }}>
          {words.open}
        </PopupMenuLink>
        <PopupMenuItem icon="again" onSelect={() => onAct('rerun')}>
          {words.rerun}
        </PopupMenuItem>
        {sources.type === 'FILE' && (
          <PopupMenuItem icon="upload" onSelect={() => chooser.current?.click()}>
            {words.replace}
          </PopupMenuItem>
        )}
        {sources.type === 'URL' && (
          <PopupMenuItem icon={isFetching ? 'stop' : 'link'} onSelect={() => onAct(isFetching ? 'cancel' : 'fetch')}>
            {isFetching ? words.cancelFetch : words.fetchAgain}
          </PopupMenuItem>
        )}
        <PopupMenuItem icon="close" onSelect={() => onAct('detach')}>
          {words.detach}
        </PopupMenuItem>
        <PopupMenuItem icon="trash" isDangerous onSelect={() => onAct('remove')}>
          {words.remove}
        </PopupMenuItem>
      </PopupMenu>
      <input
        ref={chooser}
        type="file"
        hidden
        aria-label={words.replace}
        onChange={({ currentTarget }) => {
          const file = currentTarget.files?.[0]
          if (file) onReplace(file)
          currentTarget.value = ''
        }}
      />
    </>
  )
}
