// The uploads under way, and those that failed.
import { IconButton } from '../../ui/button.tsx'
import { ProgressBar } from '../../ui/progress-bar.tsx'
import { formatBytes, sourceTexts as words } from './texts.ts'
import type { Upload } from './uploads.ts'
import type { Uploads } from './use-uploads.ts'

export function UploadList({ uploads, again, discard }: Uploads) {
  if (uploads.length === 0) return null
  return (
    <ul aria-label={words.uploads} className="flex flex-col rounded-lg border border-line bg-surface">
      {uploads.map((upload) => (
        <li key={upload.key} className="flex items-center gap-3 border-t border-line px-4 py-2 first:border-t-0">
          <div className="min-w-0 flex-1">
            <p className="flex flex-wrap items-baseline gap-x-3">
              <span className="min-w-0 font-medium break-all">
                <bdi>{upload.file.name}</bdi>
              </span>
              <span className="numeric text-xs text-faint">{stateOf(upload)}</span>
            </p>
            {upload.error !== null && (
              <p role="alert" className="text-xs text-bad">
                {words.uploadFailed} {upload.error}
              </p>
            )}
            {upload.state !== 'failed' && (
              <ProgressBar
                label={words.uploadOf(upload.file.name)}
                value={upload.state === 'sending' ? upload.sent / Math.max(1, upload.file.size) : null}
                className="mt-1"
              />
            )}
          </div>
          {upload.state === 'failed' && (
            <>
              <IconButton icon="again" label={words.again(upload.file.name)} onClick={() => again(upload.key)} />
              <IconButton icon="close" label={words.discard(upload.file.name)} onClick={() => discard(upload.key)} />
            </>
          )}
        </li>
      ))}
    </ul>
  )
}

function stateOf({ state, sent, file }: Upload): string {
  if (state === 'waiting') return words.queued
  if (state === 'finishing') return words.finishing
  return state === 'failed' ? formatBytes(file.size) : words.sending(sent, file.size)
}
