// K1 and K2: what was accepted is committed, whatever becomes of the node that answered; and nothing waits for ever.
import { expect, test } from 'vitest'
import { endStuckIngestion } from '../../../src/knowledge/ingest/stuck-work.ts'
import { never } from '../../blobs/fixture.ts'
import { startTestServer } from '../../support/server.ts'
import { crawled_hosts, pageOf, startSite } from '../crawl/fixture.ts'
import { small, startLibrary, textOf } from '../ingest/fixture.ts'
import { addSource } from './texts.ts'

test('K1: what a node accepts and never begins, any other node does', { timeout: 300_000 }, async () => {
  const frozen = Promise.withResolvers<void>()
  // Looks for no work, as if it had died right after each answer.
  const reached = (point: string) => (point === 'work.look' ? frozen.promise : undefined)
  await using site = await startSite({ '/': pageOf('Opening hours') })
  await using server = await startTestServer(crawled_hosts, { ports: { reached } })
  await using stack = new AsyncDisposableStack()
  stack.defer(() => frozen.resolve())
  const { client } = server
  const { id: dataset_id } = await client.createDataset({ name: 'Handbook' })
  const [file] = await client.createSources({ items: [{ name: 'a.txt', type: 'FILE' }] })
  const sent = await fetch(file!.presigned_url!, { method: 'PUT', body: textOf(5, 'accepted') })
  expect(sent.status).toBe(200)
  await client.updateSource({ source_id: file!.id, file_upload_status: 'COMPLETE' })
  const [page] = await client.createSources({ items: [{ name: site.url, type: 'URL' }] })
  const items = [file!, page!].map(({ id }) => ({ source_id: id, chunking_strategy: small }))
  const [attached, crawled] = await client.attachSources({ dataset_id, items })
  expect(site.requests).toEqual([])

  const other = stack.use(await server.startAnother(crawled_hosts, {}))
  const find = ({ id }: { id: string }) => client.getDatasetSource({ dataset_id, dataset_source_id: id })
  const patient = { timeout: 120_000, interval: 50 }
  await expect.poll(() => find(attached!), patient).toMatchObject({ status: 'ready', total_chunks: 5, serving: true })
  await expect.poll(() => find(crawled!), patient).toMatchObject({ status: 'ready', serving: true })
  const readyEvents = async () => {
    const { rows } = await server.database.pool.query(
      `select id from organization_events where type = 'dataset_source.ready' and subject = $1`,
      [attached!.id],
    )
    return rows.length
  }
  expect(await readyEvents()).toBe(1)
  await client.reprocessDatasetSource({ dataset_id, dataset_source_id: attached!.id })
  await expect.poll(readyEvents, patient).toBe(2)
  const { chunks } = await server.as({ base_url: other.url }).queryDataset({ dataset_id, query: 'accepted' })
  expect(chunks).toHaveLength(5)
})

/** As in a build, a conversion or an upload that nobody goes on with. */
const waiting = ['pending', 'converting_to_markdown', 'chunking', 'embedding'] as const

test('K2: what makes no progress for 24 hours fails, with a reason and its tries, in whatever state it is', async () => {
  await using library = await startLibrary()
  const { client, app } = library.server
  const dataset_id = await library.newDataset()
  const attachments: Record<string, { id: string; source_id: string }> = {}
  for (const age of ['old', 'young']) {
    for (const status of waiting) {
      const source_id = await addSource(library.server)
      const { id } = await library.attach(dataset_id, source_id)
      attachments[`${age} ${status}`] = { id, source_id }
      const hours = age === 'old' ? 24.1 : 23.9
      const since = `now() - ${hours} * interval '1 hour'`
      await library.rows(`update dataset_sources set status = $2, tries = 3, updated_at = ${since} where id = $1`, [
        id,
        status,
      ])
      const of_source = status === 'pending' || status === 'converting_to_markdown' ? status : 'ready'
      const values = [source_id, of_source]
      await library.rows(
        `update sources set status = $2, revision = 1, tries = 3, updated_at = ${since} where id = $1`,
        values,
      )
    }
  }
  await endStuckIngestion(app.core, never)
  for (const [name, { id, source_id }] of Object.entries(attachments)) {
    const attached = await client.getDatasetSource({ dataset_id, dataset_source_id: id })
    if (name.startsWith('young')) {
      expect([name, attached.status]).toEqual([name, name.slice('young '.length)])
      continue
    }
    const failed = {
      status: 'failed',
      status_reason: { code: 'deadline', message: expect.stringMatching(/\.$/) },
      tries: 3,
    }
    expect([name, attached]).toMatchObject([name, failed])
    expect(await library.eventsOf(id)).toEqual(['dataset_source.created', 'dataset_source.failed'])
    const source = await client.getSource({ source_id })
    expect(source.status).toMatch(/^(failed|ready)$/)
    if (source.status === 'failed') expect(source).toMatchObject(failed)
  }
  const [one] = Object.values(attachments)
  const withoutReason = library.rows(`update dataset_sources set status = 'failed', reason_code = null where id = $1`, [
    one!.id,
  ])
  await expect(withoutReason).rejects.toThrow('check constraint')
})
