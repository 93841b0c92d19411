// The currency that the server counts in.
import { useQuery } from '@tanstack/react-query'
import type { Session } from '../session/session.ts'

const hour_ms = 3_600_000

/** Null until it is known. */
export function useCurrency({ client }: Session): string | null {
  const { data } = useQuery({
    queryKey: ['currency'],
    // Each report says it; the shortest one is of an hour.
    queryFn: async ({ signal }) => {
      const from = new Date(Date.now() - hour_ms).toISOString()
      return (await client.getUsage({ from, bucket: 'hour' }, { signal })).currency
    },
    staleTime: Infinity,
  })
  return data ?? null
}
