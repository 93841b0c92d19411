// What looks at websites for an organization: the guarded client, and how often it may be asked.
import type { Core } from '../../calls/core.ts'
import { createBuckets } from '../../calls/rate-limit.ts'
import { createOutboundClient } from '../../outbound/client.ts'
import type { Lookup } from '../../outbound/names.ts'
import type { FirstPages, Sites } from '../services.ts'

const brands_per_minute = 10

const standard: FirstPages = (domain) => [`https://${domain}/`, `https://www.${domain}/`]

export function createSites(
  { config, ports }: Pick<Core, 'config' | 'ports'>,
  lookup: Lookup,
  first_pages: FirstPages = standard,
): Sites {
  const brands = createBuckets(brands_per_minute)
  return {
    first_pages,
    outbound: createOutboundClient({ allowed_hosts: config.crawled_private_hosts, clock: ports.clock, lookup }),
    takeBrand(organization_id) {
      const level = brands.look(organization_id, Math.floor(ports.clock.monotonic()), 1)
      return level.write(level.hasRoom)
    },
  }
}
