// One execution and its visits: read once, then kept up to date by its stream until it ends.
import { ApiError } from '@parley/sdk'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useMemo, useRef, useState } from 'react'
import { useSession } from '../../session/session-context.ts'
import { useIsVisible } from '../../live/use-presence.ts'
import { useIsReachable } from '../../shell/use-reachable.ts'
import { type VisitPage, readVisits } from './read-visits.ts'
import { isOpen } from './run-facts.ts'

const reconnect_ms = 2000
/** Events come in bursts. What they tell of is read once for each burst. */
const burst_ms = 120
/** Should the stream be refused. */
const poll_ms = 5000
const visits_in_page = 100

export const executionKey = (execution_id: string) => ['workflow-execution', execution_id] as const
const visitsKey = (execution_id: string) => ['workflow-visits', execution_id] as const

const none: VisitPage[] = []

/** Null: there is no execution yet. */
export function useExecution(id: string | null) {
  const execution_id = id ?? ''
  const { client } = useSession()
  const queries = useQueryClient()
  const execution = useQuery({
    queryKey: executionKey(execution_id),
    queryFn: ({ signal }) => client.getWorkflowExecution({ execution_id }, { signal }),
    enabled: id !== null,
    refetchInterval: ({ state: { data } }) => (data && isOpen(data) ? poll_ms : false),
  })
  const { data: pages = none } = useQuery({
    queryKey: visitsKey(execution_id),
    queryFn: ({ signal }) =>
      readVisits(queries.getQueryData<VisitPage[]>(visitsKey(execution_id)) ?? none, async (cursor) => {
        const start = cursor === null ? {} : { cursor }
        const page = await client.listExecutionVisits({ execution_id, limit: visits_in_page, ...start }, { signal })
        return { visits: page.data, next: page.pagination.next_cursor }
      }),
    enabled: id !== null,
    refetchInterval: execution.data && isOpen(execution.data) ? poll_ms : false,
  })
  const visits = useMemo(() => pages.flatMap((page) => page.visits), [pages])
  const isConnected = useStream(execution_id, execution.data !== undefined && isOpen(execution.data))
  return { execution, visits, areVisitsCut: pages.at(-1)?.next != null, isConnected }
}

function useStream(execution_id: string, isLive: boolean): boolean {
  const { client } = useSession()
  const queries = useQueryClient()
  const [isConnected, setConnected] = useState(true)
  const after = useRef(0)
  const isVisible = useIsVisible()
  const isReachable = useIsReachable(client, isVisible && isLive)
  useEffect(() => {
    if (!isLive || !isVisible || !isReachable) return
    const controller = new AbortController()
    const { signal } = controller
    let timer: ReturnType<typeof setTimeout> | undefined
    let burst: ReturnType<typeof setTimeout> | undefined
    const readAgain = () => {
      burst ??= setTimeout(() => {
        burst = undefined
        void queries.invalidateQueries({ queryKey: executionKey(execution_id) })
        void queries.invalidateQueries({ queryKey: visitsKey(execution_id) })
      }, burst_ms)
    }
    const listen = async () => {
      for await (const { id } of client.streamExecutionEvents({ execution_id, after: after.current }, { signal })) {
        setConnected(true)
        after.current = id
        readAgain()
      }
      readAgain()
    }
    const start = () => {
      listen().catch((error: unknown) => {
        if (signal.aborted) return
        if (error instanceof ApiError && error.status < 500 && error.status !== 429) return readAgain()
        setConnected(false)
        timer = setTimeout(start, reconnect_ms)
      })
    }
    start()
    return () => {
      controller.abort()
      clearTimeout(timer)
      clearTimeout(burst)
    }
  }, [client, execution_id, isLive, isVisible, isReachable, queries])
  return isConnected && isReachable
}
