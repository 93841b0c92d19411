// Sources whose texts are there without the process that would convert them, as a crawl stores its pages: for tests of what follows.
import { randomUUID } from 'node:crypto'
import type { App } from '../../../src/app.ts'
import { openStore } from '../../../src/database/store.ts'
import { addContent } from '../../../src/knowledge/ingest/contents.ts'
import { finishConversion } from '../../../src/knowledge/ingest/conversion-work.ts'
import { inPieces, never } from '../../blobs/fixture.ts'
import type { TestServer } from '../../support/server.ts'

const max_bytes = 10_000_000

/** A node, and the organization that it stores for. */
export interface Node {
  app: Pick<App, 'core'>
  organization_id: string
}

/** Without a content. */
export async function addSource(
  { database, organization_id: own }: TestServer,
  organization_id = own,
  name = 'file.txt',
): Promise<string> {
  const id = randomUUID()
  await database.pool.query(
    `insert into sources (id, organization_id, type, name, upload_status) values ($1, $2, 'FILE', $3, 'COMPLETE')`,
    [id, organization_id, name],
  )
  return id
}

/** Its next content is this text. Answers the revision. */
export async function addText({ app, organization_id }: Node, source_id: string, text: string): Promise<number> {
  const { core } = app
  const store = openStore(core.database, organization_id)
  const put = () => core.blobs.put(store, inPieces(Buffer.from(text)), { max_bytes, signal: never })
  const [file, blob] = [await put(), await put()]
  return store.transaction(async (tx) => {
    const revision = await addContent(tx, { source_id, blob: file, media_type: 'text/plain' })
    const converted = { media_type: 'text/plain', page_starts: null, language: null, warnings: [] }
    await finishConversion(tx, { source_id, revision }, { ...converted, blob, characters: text.length })
    return revision
  })
}
