// A node dies, or stops for longer than its lease, while it prepares another content of a source; one that is started then finishes
// what is left within 45 seconds, and nothing is lost, mixed or left over.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Client, createClient } from '@parley/sdk'
import { expect, vi } from 'vitest'
import { type Strike, admin_key, nodeEnvironment, startKillNode } from '../../kill/child.ts'
import { createTestDatabase } from '../../support/database.ts'
import { type Library, atRest, piecesOf, small, textOf } from './fixture.ts'

const takeover_ms = 45_000

export async function dieAt(strike: Strike): Promise<void> {
  await using stack = new AsyncDisposableStack()
  const { database, connection_string } = stack.use(await createTestDatabase())
  const data_dir = await mkdtemp(join(tmpdir(), 'parley-kill-'))
  stack.defer(() => rm(data_dir, { recursive: true, force: true }))
  const environment = nodeEnvironment(connection_string, 'http://127.0.0.1:9', data_dir)
  const rows: Library['rows'] = async (text, values = []) => (await database.pool.query(text, values)).rows
  const start = (own?: Strike) => stack.use(startKillNode(environment, own))
  const clientOf = async ({ ready }: ReturnType<typeof start>) =>
    createClient({ base_url: (await ready).url, token: admin_key, retries: 0 })

  const first = start()
  const attached = await attachFile(await clientOf(first))
  first.kill('SIGTERM')
  await first.exited

  const dying = start(strike)
  const client = await clientOf(dying)
  const { presigned_url } = await client.createSourceUploadUrl({ source_id: attached.source_id })
  await fetch(presigned_url!, { method: 'PUT', body: textOf(250, 'two') })
  // The node may die before it answers what it has committed.
  client.updateSource({ source_id: attached.source_id, file_upload_status: 'COMPLETE' }).catch(() => {})
  await dying.struck

  // What it needs to start is no part of the promise.
  const successor = await clientOf(start())
  const path = { dataset_id: attached.dataset_id, dataset_source_id: attached.id }
  await vi.waitFor(
    async () => {
      const found = await successor.getDatasetSource(path)
      expect(found).toMatchObject({ status: 'ready', serving: true, total_chunks: 250, sources: { revision: 2 } })
    },
    { timeout: takeover_ms, interval: 100 },
  )
  const page = await successor.listDatasetSourceChunks({ ...path, limit: 100 })
  expect(page.data.map(({ content }) => content)).toEqual(piecesOf(250, 'two').slice(0, 100))
  await atRest({ rows })
  const ready = await rows(
    `select data ->> 'revision' as revision from organization_events where type = 'dataset_source.ready'`,
  )
  expect(ready).toEqual([{ revision: '1' }, { revision: '2' }])
  if (strike.signal === 'SIGKILL') return
  // It wakes up, and must not write.
  const before = await rows('select id, generation_id from chunks order by id')
  dying.kill('SIGCONT')
  dying.kill('SIGTERM')
  await dying.exited
  await atRest({ rows })
  expect(await rows('select id, generation_id from chunks order by id')).toEqual(before)
}

async function attachFile(client: Client) {
  const { id: dataset_id } = await client.createDataset({ name: 'Handbook' })
  const [source] = await client.createSources({ file: new File([textOf(3, 'one')], 'file.txt') })
  const items = { source_id: source!.id, chunking_strategy: small }
  const [attached] = await client.attachSources({ dataset_id, items })
  const path = { dataset_id, dataset_source_id: attached!.id }
  await vi.waitFor(async () => expect(await client.getDatasetSource(path)).toMatchObject({ status: 'ready' }), {
    timeout: 90_000,
    interval: 100,
  })
  return attached!
}
