// Sources for tests, and what conversion would have written.
import { keepBlob } from '../../../src/blobs/blobs.ts'
import { inPieces, never, storeOf } from '../../blobs/fixture.ts'
import type { TestServer } from '../../support/server.ts'

/** The source's newest content has this text. */
export async function giveText(server: TestServer, source_id: string, text: string): Promise<void> {
  const store = storeOf(server)
  const blob = await server.app.core.blobs.put(store, inPieces(Buffer.from(text)), {
    max_bytes: 1_000_000,
    signal: never,
  })
  await store.transaction((tx) => keepBlob(tx, blob.id))
  await server.database.pool.query(
    `update source_contents set text_blob_id = $2, characters = $3, converted_at = now() where source_id = $1`,
    [source_id, blob.id, text.length],
  )
}

/** The token of an address for a file. */
export const tokenOf = (presigned_url: string | null) => new URL(presigned_url!).searchParams.get('token')!

/** Sends a request as the first organization's admin. */
export async function send(server: TestServer, method: string, path: string, init: RequestInit = {}) {
  const response = await fetch(`${server.url}/knowledge-base${path}`, {
    ...init,
    method,
    headers: { authorization: `Bearer ${server.admin_key}`, ...(init.headers as Record<string, string>) },
  })
  const text = await response.text()
  const body = (text === '' ? null : JSON.parse(text)) as { code: string; detail: string; errors: object[] } & Record<
    string,
    unknown
  >
  return { status: response.status, headers: response.headers, body }
}

export const json = (body: unknown): RequestInit => ({
  body: JSON.stringify(body),
  headers: { 'content-type': 'application/json' },
})

/** Sends a file to its address. */
export async function put(
  address: string,
  body: NonNullable<RequestInit['body']>,
  headers: Record<string, string> = {},
) {
  const response = await fetch(address, { method: 'PUT', body, headers, duplex: 'half' } as RequestInit)
  const text = await response.text()
  return { status: response.status, code: text === '' ? null : (JSON.parse(text) as { code: string }).code }
}

/** Nothing refers to them; a conversion has some for a moment. */
export async function countUnused(server: TestServer): Promise<number> {
  const { rows } = await server.database.pool.query<{ count: number }>('select count(*) from blobs where uses = 0')
  return rows[0]!.count
}

/** A body that stands still after its first piece until it may go on. */
export function createSlowBody(first: Uint8Array, rest: Uint8Array = new Uint8Array(0)) {
  const go = Promise.withResolvers<void>()
  const begun = Promise.withResolvers<void>()
  const body = new ReadableStream<Uint8Array>({
    async start(controller) {
      controller.enqueue(first)
      begun.resolve()
      await go.promise
      if (rest.length > 0) controller.enqueue(rest)
      controller.close()
    },
  })
  return { body, go: () => go.resolve(), begun: begun.promise }
}
