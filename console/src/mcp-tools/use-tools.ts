// The tools of the MCP server: all by name, or those that a search finds, best first.
import type { Output } from '@parley/sdk'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useSession } from '../session/session-context.ts'

export type Tool = Output<'listMcpTools'>['data'][number]

/** As long as the API takes. */
const most_characters = 200

export function useTools(query: string) {
  const { client } = useSession()
  const text = query.trim().slice(0, most_characters)
  return useQuery({
    queryKey: ['mcp-tools', text],
    queryFn: async ({ signal }) => (await client.listMcpTools(text === '' ? {} : { query: text }, { signal })).data,
    // They come with the server's version.
    staleTime: Number.POSITIVE_INFINITY,
    placeholderData: keepPreviousData,
  })
}
