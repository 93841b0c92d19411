// Sources and their files, as they are on the wire. Nothing is read whose state changes by itself.
import { type Walk, until } from '../wire/world.ts'
import { unknown_id } from '../wire/walks/constants.ts'

export const walks = { sources: walkSources, 'source-files': walkFiles, 'source-limits': walkLimits }

/** The settings of the world. */
const most = { sources: 50, file_bytes: 8192, stored_bytes: 65_536 }

async function walkSources({ call }: Walk): Promise<void> {
  const made = await call('createSources', 'a file', { body: { name: 'manual.pdf', type: 'FILE' } })
  const id = '00000000-0000-4000-8000-00000000000a'
  const items = [
    {
      ...{ id, name: 'notes.txt', type: 'FILE', description: 'Notes', metadata: { team: 'a' }, file_size: 12 },
      chunking_strategy: { method: 'structure_based', chunk_size: 500, chunk_overlap: 50 },
    },
    { name: 'prices.csv', type: 'FILE', chunking_strategy: 'default' },
  ]
  await call('createSources', 'two', { body: items })
  await call('createSources', 'one of them again', { body: items[0] })
  await call('createSources', 'another body under its id', { body: { ...items[0], name: 'other.txt' } })
  await call('createSources', 'faults', {
    body: [
      { name: 'x', type: 'PAGE' },
      { type: 'FILE', chunking_strategy: 'odd' },
    ],
  })
  await call('createSources', 'more faults', {
    body: [
      { name: ' ', type: 'FILE', refresh_interval_hours: 5, url_crawl_options: { limit: 3 } },
      { name: 'gopher://x', type: 'URL', url_crawl_options: { add_to_datasets: [unknown_id] } },
    ],
  })
  await call('createSources', 'no list and no object', { body: '7', headers: { 'content-type': 'application/json' } })
  await call('createSources', 'text', { body: 'x', headers: { 'content-type': 'text/plain' } })
  const params = { source_id: made.json[0].id as string }
  await call('getSource', 'as it is', { params })
  await call('listSources', 'the first page', { query: 'limit=1' })
  await call('listSources', 'by name', { query: 'name=NOTES&type=FILE&parent_source_id=none' })
  await call('updateSource', 'name and metadata', {
    params,
    body: { name: 'guide.pdf', metadata: { a: 1 }, description: null },
  })
  await call('updateSource', 'faults', { params, body: { name: '', chunking_strategy: { chunk_size: 1 } } })
  await call('updateSource', 'complete without a file', { params, body: { file_upload_status: 'COMPLETE' } })
  await call('updateSource', 'given up', { params, body: { file_upload_status: 'FAILED' } })
  await call('createSourceUploadUrl', 'another address', { params })
  await call('deleteSource', 'one', { params })
  await call('deleteSource', 'again', { params })
}

async function walkFiles({ call, prepare, name, watch }: Walk): Promise<void> {
  const made = await prepare('createSources', { body: { name: 'Preise & mehr.txt', type: 'FILE' } })
  const [{ id, presigned_url }] = made.json as [{ id: string; presigned_url: string }]
  const token = new URL(presigned_url).searchParams.get('token')!
  name(token, '<token>')
  const params = { source_id: id }
  const headers = { 'content-type': 'text/plain' }
  await call('getSourceFile', 'before there is one', { params })
  await call('getSourceMarkdown', 'before there is one', { params })
  await call('uploadSource', 'without its token', { params, body: 'x', headers, as: null })
  await call('uploadSource', 'encoded', {
    ...{ params, query: `token=${token}`, body: 'x', as: null },
    headers: { ...headers, 'content-encoding': 'gzip' },
  })
  await call('uploadSource', 'its bytes', { params, query: `token=${token}`, body: 'Tea: 3 €\n', headers, as: null })
  await call('updateSource', 'complete', { params, body: { file_upload_status: 'COMPLETE' } })
  await call('uploadSource', 'when it is closed', { params, query: `token=${token}`, body: 'x', headers, as: null })
  await call('getSourceFile', 'the file', { params })
  const client = await watch()
  await until(async () => (await client.getSource(params)).status === 'ready')
  await call('getSourceMarkdown', 'its text', { params })
  const form = { 'content-type': 'multipart/form-data; boundary=part' }
  const file =
    '--part\r\ncontent-disposition: form-data; name="file"; filename="a.md"\r\ncontent-type: text/markdown\r\n\r\n# A\r\n'
  const metadata = '--part\r\ncontent-disposition: form-data; name="metadata"\r\n\r\n{"description":"A"}\r\n'
  await call('createSources', 'a form', { body: `${metadata}${file}--part--\r\n`, headers: form })
  await call('createSources', 'a form without a file', { body: `${metadata}--part--\r\n`, headers: form })
  await call('createSources', 'half a form', { body: file, headers: form })
}

async function walkLimits({ call, prepare, name }: Walk): Promise<void> {
  const page = await prepare('createSources', { body: { name: 'https://example.test/', type: 'URL' } })
  await call('createSourceUploadUrl', 'of a URL', { params: { source_id: page.json[0].id as string } })
  const many = Array.from({ length: most.sources }, (_, index) => ({ name: `${index}.txt`, type: 'FILE' }))
  await call('createSources', 'one too many', { body: many, shown_body: 'as many as there can be' })
  const made = await prepare('createSources', { body: { name: 'a.bin', type: 'FILE' } })
  const [{ id, presigned_url }] = made.json as [{ id: string; presigned_url: string }]
  const token = new URL(presigned_url).searchParams.get('token')!
  name(token, '<token>')
  const to = { params: { source_id: id }, query: `token=${token}`, as: null, headers: { 'content-type': 'x/y' } }
  const body = 'x'.repeat(most.file_bytes)
  await call('uploadSource', 'too large', { ...to, body: `${body}x`, shown_body: 'one byte too many' })
  for (let stored = 0; stored < most.stored_bytes; stored += most.file_bytes) {
    const headers = { 'content-type': 'multipart/form-data; boundary=part' }
    const head = '--part\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\n'
    // Not readable: the text of one would count too, as soon as it is converted.
    await prepare('createSources', { body: `${head}${'\u0001'.repeat(most.file_bytes)}\r\n--part--\r\n`, headers })
  }
  await call('uploadSource', 'beyond what the organization can store', { ...to, body: 'x' })
}
