// Sends files to a knowledge base, a few at once. What is under way goes on while other sections are shown.
import { useEffect, useEffectEvent, useReducer, useRef } from 'react'
import { useQueryClient } from '@tanstack/react-query'
import { datasetKey } from '../../passages/use-datasets.ts'
import { useSession } from '../../session/session-context.ts'
import { describeError } from '../../ui/describe-error.ts'
import { sourcesKey } from './use-sources.ts'
import { addFile } from './upload.ts'
import { type Upload, changeUploads, nextUploads } from './uploads.ts'

export interface Uploads {
  uploads: readonly Upload[]
  add: (files: readonly File[]) => void
  again: (key: number) => void
  discard: (key: number) => void
}

export function useUploads(dataset_id: string): Uploads {
  const { client } = useSession()
  const queries = useQueryClient()
  const [uploads, dispatch] = useReducer(changeUploads, [])
  const nextKey = useRef(1)
  const begun = useRef(new Set<number>())
  const send = useEffectEvent(async (key: number, file: File) => {
    try {
      await addFile(client, dataset_id, file, {
        onSent: (bytes) => dispatch({ type: 'sent', key, bytes }),
        onWhole: () => dispatch({ type: 'whole', key }),
      })
      dispatch({ type: 'done', key })
      void queries.invalidateQueries({ queryKey: sourcesKey(dataset_id) })
      void queries.invalidateQueries({ queryKey: datasetKey(dataset_id) })
    } catch (error) {
      dispatch({ type: 'failed', key, error: describeError(error) })
    } finally {
      begun.current.delete(key)
    }
  })
  useEffect(() => {
    for (const { key, file } of nextUploads(uploads)) {
      // An effect can run twice for one state.
      if (begun.current.has(key)) continue
      begun.current.add(key)
      dispatch({ type: 'started', key })
      void send(key, file)
    }
  }, [uploads])
  return {
    uploads,
    add: (files) => {
      const first_key = nextKey.current
      nextKey.current += files.length
      dispatch({ type: 'added', files, first_key })
    },
    again: (key) => dispatch({ type: 'again', key }),
    discard: (key) => dispatch({ type: 'discarded', key }),
  }
}
