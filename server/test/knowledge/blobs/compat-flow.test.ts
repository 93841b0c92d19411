// The flow of the compatible API, by a client that shares no code with the server: create, PUT the bytes, COMPLETE.
import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestServer, startTestServer } from '../../support/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server[Symbol.asyncDispose]())

async function send(method: string, path: string, body?: unknown) {
  const response = await fetch(`${server.url}/knowledge-base${path}`, {
    method,
    headers: { authorization: `Bearer ${server.admin_key}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, headers: response.headers, body: text === '' ? null : JSON.parse(text) }
}

test('create → presigned_url → PUT → COMPLETE', async () => {
  const created = await send('POST', '/sources', [{ name: 'prices.md', type: 'FILE', file_size: 20 }])
  expect(created.status).toBe(200)
  const [source] = created.body
  expect(source).toMatchObject({
    ...{ name: 'prices.md', type: 'FILE', file_upload_status: 'PENDING', status: 'pending', file_size: 20 },
    ...{ content_type: 'text/markdown', domain: null, revision: 0, organization_id: server.organization_id },
  })
  expect(source.presigned_url).toMatch(
    new RegExp(`^${server.url}/knowledge-base/uploads/${source.id}\\?token=[\\w-]{54}$`),
  )
  const missing = await send('PUT', `/sources/${source.id}`, { file_upload_status: 'COMPLETE' })
  expect([missing.status, missing.body.code]).toEqual([409, 'file_missing'])

  const bytes = Buffer.from('# Prices\n\nTea costs 3 €.\n')
  const uploaded = await fetch(source.presigned_url, { method: 'PUT', body: bytes, headers: { 'content-type': 'x/y' } })
  expect([uploaded.status, await uploaded.text()]).toEqual([200, ''])
  const hash = createHash('sha256').update(bytes).digest('hex')
  expect(uploaded.headers.get('etag')).toBe(`"${hash}"`)
  expect((await send('GET', `/sources/${source.id}`)).body).toMatchObject({
    ...{ file_upload_status: 'IN_PROGRESS', file_size: bytes.length, revision: 0, datasets: [] },
  })

  const completed = await send('PUT', `/sources/${source.id}`, { file_upload_status: 'COMPLETE' })
  expect(completed.status).toBe(200)
  expect(completed.body).toMatchObject({
    ...{ file_upload_status: 'COMPLETE', revision: 1, content_hash: hash, upload_expires_at: null },
  })
  expect(completed.body).not.toHaveProperty('presigned_url')
  const again = await send('PUT', `/sources/${source.id}`, { file_upload_status: 'COMPLETE' })
  expect(again.body).toMatchObject({ revision: 1, content_hash: hash })
  const closed = await fetch(source.presigned_url, { method: 'PUT', body: bytes })
  expect([closed.status, ((await closed.json()) as { code: string }).code]).toEqual([403, 'upload_url_invalid'])

  const file = await fetch(`${server.url}/knowledge-base/sources/${source.id}/file`, {
    headers: { authorization: `Bearer ${server.admin_key}` },
  })
  expect(Object.fromEntries(file.headers)).toMatchObject({
    'content-type': 'application/octet-stream',
    'content-length': String(bytes.length),
    'content-disposition': `attachment; filename="prices.md"; filename*=UTF-8''prices.md`,
    'content-security-policy': "default-src 'none'; sandbox",
    'x-content-type-options': 'nosniff',
  })
  expect(Buffer.from(await file.arrayBuffer()).equals(bytes)).toBe(true)
  expect(server.log.join('\n')).not.toContain(new URL(source.presigned_url).searchParams.get('token'))
})
