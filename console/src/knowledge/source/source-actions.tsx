// The actions on a source: its file, fetching it again, deleting it.
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useRef, useState } from 'react'
import { datasetsKey } from '../../passages/use-datasets.ts'
import { useSession } from '../../session/session-context.ts'
import { AskDialog } from '../../settings/ask-dialog.tsx'
import { useChange } from '../../settings/use-change.ts'
import { Button, buttonClasses } from '../../ui/button.tsx'
import { Icon } from '../../ui/icons.tsx'
import { replaceFile } from '../sources/upload.ts'
import { type SourceDetail, sourceKey } from './source-key.ts'
import { sourcePageTexts as words } from './texts.ts'

export function SourceActions({ source, dataset_id }: { source: SourceDetail; dataset_id: string | undefined }) {
  const { client, scopes } = useSession()
  const [isAsking, setAsking] = useState(false)
  const { id: source_id, type, name } = source
  const change = useChange(sourceKey(source_id), ['crawls', source_id])
  const mayManage = scopes.has('sources:manage')
  return (
    <>
      {source.revision > 0 && type === 'FILE' && (
        <a href={`/knowledge-base/sources/${source_id}/file`} download className={buttonClasses('plain')}>
          <Icon name="download" />
          {words.download}
        </a>
      )}
      {type === 'URL' && /^https?:/.test(name) && (
        <a href={name} target="_blank" rel="noopener noreferrer" className={buttonClasses('plain')}>
          <Icon name="open" />
          {words.openPage}
        </a>
      )}
      {mayManage && type === 'FILE' && (
        <ReplaceButton onFile={(file) => void change(replaceFile(client, source_id, file), words.replaced)} />
      )}
      {mayManage && type === 'URL' && source.crawl?.status === 'running' && (
        <Button icon="stop" onClick={() => void change(client.cancelSourceCrawl({ source_id }), words.stopped)}>
          {words.stop}
        </Button>
      )}
      {mayManage && type === 'URL' && source.crawl?.status !== 'running' && (
        <Button icon="again" onClick={() => void change(client.crawlSource({ source_id }), words.fetched)}>
          {words.fetch}
        </Button>
      )}
      {mayManage && <Button onClick={() => setAsking(true)}>{words.remove}</Button>}
      {isAsking && <Removal source={source} dataset_id={dataset_id} onClose={() => setAsking(false)} />}
    </>
  )
}

function ReplaceButton({ onFile }: { onFile: (file: File) => void }) {
  const chooser = useRef<HTMLInputElement>(null)
  return (
    <>
      <Button icon="upload" onClick={() => chooser.current?.click()}>
        {words.replace}
      </Button>
      <input
        ref={chooser}
        type="file"
        hidden
        aria-label={words.replace}
        onChange={({ currentTarget }) => {
          const file = currentTarget.files?.[0]
          if (file) onFile(file)
          currentTarget.value = ''
        }}
      />
    </>
  )
}

interface RemovalProps {
  source: SourceDetail
  dataset_id: string | undefined
  onClose: () => void
}

function Removal({ source: { id: source_id, name }, dataset_id, onClose }: RemovalProps) {
  const { client } = useSession()
  const queries = useQueryClient()
  const navigate = useNavigate()
  const leave = async () => {
    if (dataset_id === undefined) await navigate({ to: '/knowledge' })
    else await navigate({ to: '/knowledge/$dataset_id', params: { dataset_id } })
    queries.removeQueries({ queryKey: sourceKey(source_id) })
  }
  return (
    <AskDialog
      title={words.removeTitle(name)}
      text={words.removeText}
      submit={words.removeSubmit}
      done={words.removed}
      isDangerous
      changes={[datasetsKey, ['dataset-sources']]}
      act={() => client.deleteSource({ source_id })}
      onDone={() => void leave()}
      onClose={onClose}
    />
  )
}
