// The connection to PostgreSQL is lost at each statement of a conversion, a build, a switch and erasing in turn: what is served is
// whole all the time, the new content serves at the end, and nothing is left over.
import { ApiError } from '@parley/sdk'
import type { DatasetSource } from '@parley/contract'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import {
  type Fault,
  type PostgresProxy,
  type PassingStatement,
  startPostgresProxy,
} from '../../support/postgres-proxy.ts'
import { type Library, faultsOf, startLibrary, textOf } from './fixture.ts'

const own_tables = /\b(dataset_sources|source_contents|generations|chunks|sources|datasets|blobs|blob_parts)\b/
const of_work = /^(lock|end|retry|add)_work$/
/** They run each minute, so perhaps not in a play. */
const of_minutes =
  /^(await_vectors|find_(datasets_awaiting_vectors|organizations_of_expired_blobs|stuck_sources|stuck_attachments|expired_uploads)|forget_replaced_generations)$/

/** Statements of the play. */
const isOwn = ({ name, text }: PassingStatement) =>
  (own_tables.test(text) && !of_minutes.test(name)) || of_work.test(name)

const patience = { timeout: 120_000, interval: 100 }

/** Every nth statement; so many fail in one play, each once. */
export function testFaults({ every, at_once }: { every: number; at_once: number }): void {
  let proxy: PostgresProxy
  let library: Library & AsyncDisposable
  beforeAll(async () => {
    proxy = await startPostgresProxy(inject('postgres_url'))
    library = await startLibrary({ PARLEY_DATABASE_CONNECTIONS: '6' }, { connectThrough: proxy.through })
  })
  afterAll(async () => {
    await library[Symbol.asyncDispose]()
    await proxy[Symbol.asyncDispose]()
  })

  for (const when of ['before', 'after'] as const) {
    test(`${when} it is answered`, { timeout: 1_200_000 }, async () => {
      const names = [...(await findStatements(proxy, library))].filter((_name, index) => index % every === 0)
      expect(names.length).toBeGreaterThan(30 / every)
      const plays = Math.ceil(names.length / at_once)
      for (let nth = 0; nth < plays; nth += 1) {
        // Far from each other in the play.
        const failing = names.filter((_name, index) => index % plays === nth)
        const armOne = (name: string) =>
          proxy.failStatement(1, { when, how: 'cut', counts: (statement) => statement.name === name })
        const faults = await play(library, () => failing.map(armOne), failing.join(', '))
        expect(failing.filter((_name, index) => faults[index]!.hits.length === 0)).toEqual([])
      }
    })
  }
}

async function findStatements(proxy: PostgresProxy, library: Library): Promise<Set<string>> {
  const names = new Set<string>()
  const note = (statement: PassingStatement) => {
    if (isOwn(statement)) names.add(statement.name)
    return false
  }
  await play(library, () => [proxy.failStatement(1, { when: 'before', how: 'cut', counts: note })], 'nothing')
  return names
}

/** Sent again until it is answered. */
async function untilServed<T>(call: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await call()
    } catch (error) {
      const isRefused = error instanceof ApiError && error.status < 500
      if (isRefused || tries === 20) throw error
    }
  }
}

async function play(library: Library, arm: () => Fault[], label: string): Promise<Fault[]> {
  const dataset_id = await library.newDataset()
  const attached = await library.settled(await library.attach(dataset_id, await library.newFile(textOf(3, 'one'))))
  const faults = arm()
  await untilServed(() => library.replaceUpload(attached.source_id, textOf(230, 'two')))
  await expect
    .poll(async () => {
      await hasten(library)
      const texts = await untilServed(() => library.textsOf(attached))
      expect([`${label} ${texts[0]!.slice(0, 5)}`, texts.length]).toEqual(
        texts.length === 3 ? [`${label} one 0`, 3] : [`${label} two 0`, 100],
      )
      return (await untilServed(() => library.find(attached))).status === 'ready' && texts.length === 100
    }, patience)
    .toBe(true)
  await untilServed(() => detach(library, attached))
  await expect
    .poll(async () => {
      await hasten(library)
      return library.rows('select id from generations where dataset_source_id = $1', [attached.id])
    }, patience)
    .toEqual([])
  for (const fault of faults) fault.release()
  expect([label, await faultsOf(library)]).toEqual([label, []])
  return faults
}

/** A repeated one finds that the first has succeeded. */
async function detach({ server }: Library, { dataset_id, id }: DatasetSource): Promise<void> {
  try {
    await server.client.detachSource({ dataset_id, dataset_source_id: id })
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 404) throw error
  }
}

/** What waits is due, and a lease that was not renewed has run out. */
async function hasten(library: Library): Promise<void> {
  await library.hurry()
  await library.rows(
    `update work set due_at = now(), ready = true where lease is null and kind in ('erase_chunks', 'erase_words')`,
  )
  await library.rows(
    `update work set due_at = now() where lease is not null and not ready and due_at < now() + interval '25 seconds'
       and kind in ('convert_source', 'build_generation', 'erase_chunks', 'erase_words')`,
  )
}
