// Compares the records of a turn with the requests that the model got: for tests of K11.
import type { ChatRequest } from '../../support/scripted-model.ts'
import type { TestServer } from '../../support/server.ts'
import { type PlantedDataset, plantDataset } from './fixture.ts'

export interface Marked extends PlantedDataset {
  /** Of each passage the word that only it begins with. */
  marks: string[]
}

export async function plantMarked(server: TestServer, count: number, length: number): Promise<Marked> {
  const marks = Array.from({ length: count }, (_none, at) => `mark${String.fromCharCode(97 + at)}`)
  const texts = marks.map((mark) => `${mark} returns are accepted `.padEnd(length, 'x'))
  const planted = await plantDataset(
    server,
    texts.map((text) => ({ text })),
  )
  return { ...planted, marks }
}

/** Of the last turn. */
export async function retrievalsOf(server: TestServer, conversation_id: string) {
  const { data } = await server.client.listConversationTurns({ conversation_id })
  return data.at(-1)!.retrievals ?? []
}

/** What the records of the last turn say, and what stood in the requests. */
export async function compare(
  server: TestServer,
  conversation_id: string,
  { marks, chunks }: Marked,
  requests: readonly ChatRequest[] = server.model.requests,
) {
  const retrievals = await retrievalsOf(server, conversation_id)
  const ids = new Set(retrievals.flatMap((one) => one.chunks.flatMap((chunk) => (chunk.shown ? [chunk.chunk_id] : []))))
  const recorded = marks.filter((_mark, at) => ids.has(chunks[at]!.chunk_id))
  const said = requests.flatMap(({ messages }) => messages.map(({ content }) => content)).join('\n')
  return { recorded, shown: marks.filter((mark) => said.includes(`${mark} `)), retrievals }
}
