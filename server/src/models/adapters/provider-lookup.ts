// Resolves the providers' hosts: one lookup of a host for all calls that connect at the same time; if it fails or is slow, the
// previous addresses are used. The operator chooses the hosts, so there are few.
import type { LookupAddress } from 'node:dns'
import { lookup as systemLookup } from 'node:dns/promises'
import type { LookupFunction } from 'node:net'
import { callbackify } from 'node:util'
import { type Clock, systemPorts } from '../../base/ports.ts'

export interface ProviderLookupOptions {
  clock?: Pick<Clock, 'after'>
  lookUp?: (hostname: string) => Promise<LookupAddress[]>
}

/** How long a lookup may take while an older answer is known. */
const patience_ms = 1000

export function createProviderLookup({
  clock = systemPorts.clock,
  lookUp = (hostname) => systemLookup(hostname, { all: true }),
}: ProviderLookupOptions = {}): LookupFunction {
  const under_way = new Map<string, Promise<LookupAddress[]>>()
  const last_good = new Map<string, LookupAddress[]>()

  async function ask(hostname: string): Promise<LookupAddress[]> {
    try {
      const addresses = await lookUp(hostname)
      last_good.set(hostname, addresses)
      return addresses
    } finally {
      under_way.delete(hostname)
    }
  }

  async function find(hostname: string): Promise<LookupAddress[]> {
    const asked = under_way.get(hostname) ?? ask(hostname)
    under_way.set(hostname, asked)
    const known = last_good.get(hostname)
    if (known === undefined) return asked
    const { promise: late, resolve } = Promise.withResolvers<LookupAddress[]>()
    const clear = clock.after(patience_ms, () => resolve(known))
    try {
      return await Promise.race([late, asked.catch(() => known)])
    } finally {
      clear()
    }
  }

  const findThen = callbackify(find)
  return (hostname, { all }, callback) =>
    findThen(hostname, (error, addresses) => {
      if (error) callback(error, [])
      else if (all) callback(null, addresses)
      else callback(null, addresses[0]!.address, addresses[0]!.family)
    })
}
