// The address of the MCP server as clients reach it: what its metadata says, which is also right behind a proxy.
import { useQuery } from '@tanstack/react-query'

const metadata_path = '/.well-known/oauth-protected-resource/mcp'

export function useAddress(): string {
  const { data } = useQuery({
    queryKey: ['mcp-address'],
    queryFn: async ({ signal }) => {
      const response = await fetch(metadata_path, { signal })
      return ((await response.json()) as { resource: string }).resource
    },
    staleTime: Number.POSITIVE_INFINITY,
  })
  return data ?? `${location.origin}/mcp`
}
