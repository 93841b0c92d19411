// The agents and workflows of a server by their keys, as far as files name them.
import type { Client } from '@parley/sdk'
import { ClientError } from '../client/faults.ts'
import { keyOf } from './key.ts'
import type { Page } from './kind.ts'
import { type Noun, Reference, mapIds, mapReferences } from './references.ts'

interface Named {
  id: string
  metadata: Record<string, unknown>
}

const most = 10_000
const page_size = 100

export async function readAll<R>(
  noun: Noun,
  readPage: (page: { limit: number; cursor?: string }) => Promise<Page<R>>,
): Promise<R[]> {
  const found: R[] = []
  for (let cursor: string | null = null; ;) {
    const page: Page<R> = await readPage({ limit: page_size, ...(cursor === null ? {} : { cursor }) })
    found.push(...page.data)
    cursor = page.pagination.next_cursor
    if (cursor === null) return found
    if (found.length >= most) throw new ClientError(`the organization has more than ${most} ${noun}s`)
  }
}

const lists: Record<Noun, (client: Client) => Promise<Named[]>> = {
  agent: (client) => readAll('agent', (page) => client.listAgents(page)),
  workflow: (client) => readAll('workflow', (page) => client.listWorkflows(page)),
}

export class Names {
  /** By kind and key, the ids. */
  readonly #ids = new Map<Noun, Map<string, string[]>>()
  /** By kind and id, the key. */
  readonly #keys = new Map<Noun, Map<string, string>>()

  async load(client: Client, nouns: Iterable<Noun>): Promise<void> {
    for (const noun of nouns) {
      if (this.isLoaded(noun)) continue
      const found = await lists[noun](client)
      this.#ids.set(noun, new Map())
      this.#keys.set(noun, new Map())
      for (const one of found) this.add(noun, one)
    }
  }

  isLoaded(noun: Noun): boolean {
    return this.#ids.has(noun)
  }

  /** None of the kind will be known. */
  skip(noun: Noun): void {
    this.#ids.set(noun, new Map())
  }

  /** Of a kind that is not loaded, it does nothing. */
  add(noun: Noun, named: Named): void {
    const key = keyOf(named)
    const ids = this.#ids.get(noun)
    ids?.set(key, [...new Set([...(ids.get(key) ?? []), named.id])])
    if (key !== named.id) this.#keys.get(noun)?.set(named.id, key)
  }

  idsOf({ to, name }: Reference): readonly string[] {
    return to === 'file' ? [] : (this.#ids.get(to)?.get(name) ?? [])
  }

  /** References become ids; those that stand for no single one stay. */
  resolve<V>(value: V): V {
    return mapReferences(value, (reference) => {
      const [id, ...others] = this.idsOf(reference)
      return id !== undefined && others.length === 0 ? id : reference
    }) as V
  }

  /** Ids become references, where what they name has a key of its own. */
  refer<V>(value: V): V {
    return mapIds(value, (id, noun) => {
      const key = this.#keys.get(noun)?.get(id)
      return key !== undefined && this.#ids.get(noun)?.get(key)?.length === 1 ? new Reference(noun, key) : id
    }) as V
  }
}
