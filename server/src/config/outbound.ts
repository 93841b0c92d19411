// The settings of requests to addresses that the authors of agents configure.
import { Resolver } from 'node:dns'
import type { Reader, Setting, SettingsGroup } from './reader.ts'

export interface OutboundConfig {
  allowed_private_hosts: string[]
  /** Empty: those of the operating system. */
  name_servers: string[]
}

const settings: readonly Setting[] = [
  {
    name: 'PARLEY_ALLOW_PRIVATE_HOSTS',
    default: 'none',
    meaning:
      'Host names, with commas, that tool calls and webhooks may reach although they are private; with `:port`, only that port.',
  },
  {
    name: 'PARLEY_NAME_SERVERS',
    default: 'those of the operating system',
    meaning:
      'IP addresses, with commas and with `:port` where it is not 53 (`1.1.1.1,[2606:4700::1111]:5353`), of the DNS servers that are asked for the hosts of tool calls, MCP servers and webhooks. Hosts of `PARLEY_ALLOW_PRIVATE_HOSTS` are looked up by the operating system.',
  },
]

export const outboundSettings: SettingsGroup<OutboundConfig> = {
  settings,
  read: (read) => ({
    allowed_private_hosts: read.list('PARLEY_ALLOW_PRIVATE_HOSTS'),
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
