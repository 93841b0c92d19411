// The sources of a knowledge base, page by page, kept up to date by the stream of their progress.
import type { DatasetSource } from '@parley/contract'
import { ApiError } from '@parley/sdk'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { datasetKey } from '../../passages/use-datasets.ts'
import { useSession } from '../../session/session-context.ts'
import { usePages } from '../../settings/use-pages.ts'
import { useIsVisible, useNetworkChanges } from '../../live/use-presence.ts'
import { useIsReachable } from '../../shell/use-reachable.ts'
import { type Filters, type SourcePages, mergeProgress, statusesOf } from './merge-progress.ts'

/** The stream tells what was detached only of the newest sources. */
const look_beside_ms = 30_000
const reconnect_ms = 2000
/** Counts follow the states, but not each of them. */
const counts_ms = 1500

export const sourcesKey = (dataset_id: string) => ['dataset-sources', dataset_id] as const

const listKey = (dataset_id: string, { name, state }: Filters) => [...sourcesKey(dataset_id), name, state] as const

export function useSources(dataset_id: string, filters: Filters) {
  const { client } = useSession()
  const { name, state } = filters
  const query = usePages<DatasetSource>(
    listKey(dataset_id, filters),
    (page, call) =>
      client.listDatasetSources(
        {
          ...{ dataset_id, ...page },
          ...(name === undefined ? {} : { source_name: name }),
          ...(state === undefined ? {} : { status: statusesOf(state) }),
        },
        call,
      ),
    { lookAgain: () => look_beside_ms },
  )
  const isConnected = useProgress(dataset_id, filters, query.isSuccess)
  return { query, isConnected }
}

/** Whether what is shown is up to date. */
function useProgress(dataset_id: string, { name, state }: Filters, isReady: boolean): boolean {
  const { client } = useSession()
  const queries = useQueryClient()
  const [isConnected, setConnected] = useState(true)
  const isVisible = useIsVisible()
  const network = useNetworkChanges()
  const isReachable = useIsReachable(client, isReady && isVisible)
  useEffect(() => {
    if (!isReady || !isVisible || !isReachable) return
    const controller = new AbortController()
    const { signal } = controller
    let timer: ReturnType<typeof setTimeout> | undefined
    let counts: ReturnType<typeof setTimeout> | undefined
    const recount = () => {
      counts ??= setTimeout(() => {
        counts = undefined
        void queries.invalidateQueries({ queryKey: datasetKey(dataset_id) })
      }, counts_ms)
    }
    const listen = async () => {
      for await (const event of client.streamDatasetProgress({ dataset_id }, { signal })) {
        setConnected(true)
        const filters = { name, state }
        queries.setQueryData<SourcePages>(
          listKey(dataset_id, filters),
          (pages) => pages && mergeProgress(pages, event, filters),
        )
        recount()
      }
    }
    const start = () => {
      listen().catch((error: unknown) => {
        if (signal.aborted) return
        // A dataset that is gone, or a caller who can not see it, is told by the page itself.
        if (error instanceof ApiError && error.status < 500 && error.status !== 429) return
        setConnected(false)
        timer = setTimeout(start, reconnect_ms)
      })
    }
    start()
    return () => {
      controller.abort()
      clearTimeout(timer)
      clearTimeout(counts)
    }
  }, [client, dataset_id, name, state, isReady, isVisible, isReachable, network, queries])
  return isConnected && isReachable
}
