// `parley conversations export` reads a server whose answer arrives in pieces of any size, and breaks off.
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startHttpServer } from '../../sdk/test/support/http-server.ts'
import { runHere } from './run-here.ts'

const newest = Date.parse('2026-01-01T00:00:00Z')
const line = (index: number) =>
  `${JSON.stringify({ id: `${index}`, channel: 'text', created_at: new Date(newest - index).toISOString() })}\n`
const lines = Array.from({ length: 6000 }, (_none, index) => line(index))

/** Goes on after the cursor's time, in pieces of so many bytes. The first answer breaks off within a line. */
function serveLines(piece_bytes: number) {
  let answers = 0
  return startHttpServer(async ({ url = '' }, response) => {
    const { pathname, searchParams } = new URL(url, 'http://peer')
    if (!pathname.endsWith('/export')) return response.writeHead(404).end('{}')
    const cursor = Buffer.from(searchParams.get('cursor') ?? '', 'base64url').toString()
    const from = cursor === '' ? 0 : newest - Date.parse(cursor) + 1
    const all = Buffer.from(lines.slice(from).join(''))
    answers += 1
    const end = answers === 1 ? 100_000 : all.length
    response.writeHead(200, { 'content-type': 'application/x-ndjson' })
    for (let at = 0; at < end; at += piece_bytes) {
      await new Promise((sent) => response.write(all.subarray(at, Math.min(end, at + piece_bytes)), sent))
    }
    if (end < all.length) response.destroy()
    else response.end()
  })
}

test.each([1000, 16_384, 65_537])('the file is whole if the lines come in pieces of %i bytes', async (piece_bytes) => {
  const folder = await mkdtemp(join(tmpdir(), 'parley-export-'))
  await using peer = await serveLines(piece_bytes)
  try {
    const file = join(folder, 'all.ndjson')
    const done = await runHere(['conversations', 'export', file, '--url', peer.url], { PARLEY_API_KEY: 'ak_a.b' })
    expect(done.code, done.stderr).toBe(0)
    expect(await readFile(file, 'utf8')).toBe(lines.join(''))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
