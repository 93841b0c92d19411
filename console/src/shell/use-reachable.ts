// Whether the server answers. A dead connection looks like a quiet one, and streams send signs of life only rarely, so pages that show
// live data ask the server.
import { ApiError, type Client } from '@parley/sdk'
import { useEffect, useState } from 'react'
import { useNetworkChanges } from '../live/use-presence.ts'

const ask_again_ms = 3000
const patience_ms = 3000

/** True until the server fails to answer. It is asked only while it `matters`. */
export function useIsReachable(client: Client, matters: boolean): boolean {
  const [isReachable, setReachable] = useState(true)
  const changes = useNetworkChanges()
  useEffect(() => {
    if (!matters) return
    const controller = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    const ask = async () => {
      const signal = AbortSignal.any([controller.signal, AbortSignal.timeout(patience_ms)])
      const answers = await client.getHealth({}, { signal }).then(() => true, isAnswer)
      if (controller.signal.aborted) return
      setReachable(answers)
      timer = setTimeout(() => void ask(), ask_again_ms)
    }
    void ask()
    return () => {
      controller.abort()
      clearTimeout(timer)
    }
  }, [client, matters, changes])
  return isReachable
}

/** A proxy answers with these statuses if the server behind it is down. */
function isAnswer(error: unknown): boolean {
  return error instanceof ApiError && error.status < 500
}
