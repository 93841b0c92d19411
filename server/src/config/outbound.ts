// The settings for requests to addresses that authors of agents configure.
import { Resolver } from 'node:dns'
import type { Reader, Setting, SettingsGroup } from './reader.ts'

export interface OutboundConfig {
  allowed_private_hosts: string[]
  /** Of crawls, which every member with `sources:manage` can start. */
  crawled_private_hosts: string[]
  /** Empty: the servers of the operating system. */
  name_servers: string[]
}

const settings: readonly Setting[] = [
  {
    name: 'PARLEY_ALLOW_PRIVATE_HOSTS',
    default: 'none',
    meaning:
      'Comma-separated host names that tool calls and webhooks can reach although they are private. `host:port` allows only that port.',
  },
  {
    name: 'PARLEY_CRAWL_ALLOW_PRIVATE_HOSTS',
    default: 'none',
    meaning:
      'Comma-separated host names that crawls, and checks and proposals of web widgets, can fetch although they are private, written as in `PARLEY_ALLOW_PRIVATE_HOSTS`. Neither setting opens its hosts to what the other is for. Every member with `sources:manage` can then read what they serve.',
  },
  {
    name: 'PARLEY_NAME_SERVERS',
    default: 'the servers of the operating system',
    meaning:
      'Comma-separated IP addresses of the DNS servers that resolve the hosts of tool calls, MCP servers, webhooks and crawls, with `:port` if it is not 53 (`1.1.1.1,[2606:4700::1111]:5353`). The operating system resolves the hosts of the two settings above.',
  },
]

export const outboundSettings: SettingsGroup<OutboundConfig> = {
  settings,
  read: (read) => ({
    allowed_private_hosts: read.list('PARLEY_ALLOW_PRIVATE_HOSTS'),
    crawled_private_hosts: read.list('PARLEY_CRAWL_ALLOW_PRIVATE_HOSTS'),
    name_servers: readNameServers(read),
  }),
}

function readNameServers(read: Reader): string[] {
  const servers = read.list('PARLEY_NAME_SERVERS')
  try {
    if (servers.length > 0) new Resolver().setServers(servers)
  } catch {
    read.fault('PARLEY_NAME_SERVERS must be a list of IP addresses such as 1.1.1.1 or [2606:4700::1111]:53')
  }
  return servers
}
