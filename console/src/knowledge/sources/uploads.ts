// The uploads under way: what is said of each, and which starts next. Pure.
export interface Upload {
  key: number
  file: File
  sent: number
  state: 'waiting' | 'sending' | 'finishing' | 'failed'
  error: string | null
}

export type UploadEvent =
  | { type: 'added'; files: readonly File[]; first_key: number }
  | { type: 'started' | 'whole' | 'done' | 'discarded' | 'again'; key: number }
  | { type: 'sent'; key: number; bytes: number }
  | { type: 'failed'; key: number; error: string }

/** A browser has six connections to a server, and the page needs some. */
export const uploads_at_once = 3

export function changeUploads(uploads: readonly Upload[], event: UploadEvent): readonly Upload[] {
  const change = (key: number, changed: Partial<Upload>) =>
    uploads.map((upload) => (upload.key === key ? { ...upload, ...changed } : upload))
  switch (event.type) {
    case 'added': {
      const fresh = event.files.map((file, index): Upload => ({
        key: event.first_key + index,
        file,
        sent: 0,
        state: 'waiting',
        error: null,
      }))
      return [...uploads, ...fresh]
    }
    case 'started':
      return change(event.key, { state: 'sending', sent: 0, error: null })
    case 'sent':
      return change(event.key, { sent: event.bytes })
    case 'whole':
      return change(event.key, { state: 'finishing' })
    case 'failed':
      return change(event.key, { state: 'failed', error: event.error })
    case 'again':
      return change(event.key, { state: 'waiting', sent: 0, error: null })
    case 'done':
    case 'discarded':
      return uploads.filter(({ key }) => key !== event.key)
  }
}

const isUnderWay = ({ state }: Upload) => state === 'sending' || state === 'finishing'

/** Whether leaving the page would lose something. */
export const isBusy = (uploads: readonly Upload[]) =>
  uploads.some((upload) => isUnderWay(upload) || upload.state === 'waiting')

/** Those that can start now, oldest first. */
export function nextUploads(uploads: readonly Upload[]): readonly Upload[] {
  const room = uploads_at_once - uploads.filter(isUnderWay).length
  return uploads.filter(({ state }) => state === 'waiting').slice(0, Math.max(0, room))
}
