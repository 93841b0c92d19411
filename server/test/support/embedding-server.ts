// An embedding and rerank server whose behaviour a test decides: real HTTP, the wire of OpenAI's `/embeddings`, and `/rerank` of
// Cohere, Jina and vLLM or of TEI. Its vectors are hashed from words, so that similar texts are near each other.
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { hashedVector, wordOverlap } from './hashed-vector.ts'
import { patient } from './patient-server.ts'

export interface EmbeddingCall {
  model: string
  input: string[]
  /** As requested. */
  dimensions: number | undefined
  authorization: string | undefined
}

export interface RerankCall {
  query: string
  texts: string[]
  body: Record<string, unknown>
  authorization: string | undefined
}

/**
 * `silent`: never answers. `slow`: answers after so long. A number: an error of this status, with these headers. `reset`: the
 * connection breaks. `wrong_dimension`: one number too few. `nan`: a value that is no number. `half`: vectors of half of the texts.
 * `shuffled`: in another order, each with its `index`. `zero`: vectors without a direction. `broken`: half of an answer's text.
 */
export type Trouble =
  | 'silent'
  | { slow_ms: number }
  | { status: number; headers?: Record<string, string> }
  | 'reset'
  | 'wrong_dimension'
  | 'nan'
  | 'half'
  | 'shuffled'
  | 'zero'
  | 'broken'

export interface EmbeddingServer extends AsyncDisposable {
  /** To be set as PARLEY_EMBEDDING_BASE_URL. */
  readonly base_url: string
  readonly rerank_url: string
  /** The settings of a server that uses it. Rerank is apart, in `rerank_environment`. */
  readonly environment: Record<string, string>
  readonly rerank_environment: Record<string, string>
  /** All that arrived, also those that were refused. */
  readonly calls: EmbeddingCall[]
  readonly reranks: RerankCall[]
  /** The texts of all calls, in order. */
  readonly texts: string[]
  /** What happens with the next requests; null: they are answered. The test can replace it at any time. */
  trouble: Trouble | null | ((call: EmbeddingCall) => Trouble | null)
  rerank_trouble: Trouble | null
  /** Awaited before an answer is sent: for tests that stop a server between two calls. */
  before: ((call: EmbeddingCall) => Promise<void>) | null
  /** Which wire of `/rerank` it speaks; the other is refused. */
  rerank_form: 'documents' | 'texts'
}

export interface EmbeddingServerOptions {
  /** Of its only model, unless `dimensions` asks for another. Default 64. */
  dimension?: number
  /** Whether the model's vectors can be shortened; otherwise `dimensions` is refused with 400. Default true. */
  shortens?: boolean
}

export const hashing_model = 'hashing'

export async function startEmbeddingServer(options: EmbeddingServerOptions = {}): Promise<EmbeddingServer> {
  const { dimension = 64, shortens = true } = options
  const server = createServer(patient, (request, response) => {
    serve(double, { dimension, shortens }, request, response).catch((error: unknown) =>
      response.destroy(error as Error),
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const double: EmbeddingServer = {
    base_url: `${origin}/v1`,
    rerank_url: `${origin}/rerank`,
    environment: { PARLEY_EMBEDDING_BASE_URL: `${origin}/v1`, PARLEY_EMBEDDING_MODEL: hashing_model },
    rerank_environment: { PARLEY_RERANK_URL: `${origin}/rerank`, PARLEY_RERANK_MODEL: 'overlap' },
    calls: [],
    reranks: [],
    get texts() {
      return double.calls.flatMap(({ input }) => input)
    },
    trouble: null,
    rerank_trouble: null,
    before: null,
    rerank_form: 'documents',
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  return double
}

type Own = Required<EmbeddingServerOptions>

async function serve(double: EmbeddingServer, own: Own, request: IncomingMessage, response: ServerResponse) {
  const body = JSON.parse(await readText(request)) as Record<string, unknown>
  const { authorization } = request.headers
  if (request.url === '/v1/embeddings') return embed(double, own, { body, authorization }, response)
  if (request.url === '/rerank') return rerank(double, { body, authorization }, response)
  response.writeHead(404).end('{}')
}

interface Asked {
  body: Record<string, unknown>
  authorization: string | undefined
}

async function embed(double: EmbeddingServer, own: Own, { body, authorization }: Asked, response: ServerResponse) {
  const { model, input: given, dimensions } = body as { model: string; input: string | string[]; dimensions?: number }
  const call: EmbeddingCall = { model, input: [given].flat(), dimensions, authorization }
  double.calls.push(call)
  await double.before?.(call)
  const trouble = typeof double.trouble === 'function' ? double.trouble(call) : double.trouble
  if (await isLost(trouble, response)) return
  if (dimensions !== undefined && !own.shortens) return refuse(response, 400)
  const length = (dimensions ?? own.dimension) - (trouble === 'wrong_dimension' ? 1 : 0)
  const data = call.input.map((text, index) => {
    const embedding: unknown[] = trouble === 'zero' ? Array(length).fill(0) : hashedVector(text, length)
    return { object: 'embedding', index, embedding }
  })
  if (trouble === 'half') data.length = Math.floor(data.length / 2)
  if (trouble === 'shuffled') data.reverse()
  let text = JSON.stringify({
    object: 'list',
    data,
    model,
    usage: { prompt_tokens: call.input.length, total_tokens: 1 },
  })
  // As Python writes what is not a number.
  if (trouble === 'nan') text = text.replace(/"embedding":\[[^,]+/, '"embedding":[NaN')
  if (trouble === 'broken') text = text.slice(0, text.length / 2)
  answer(response, text)
}

async function rerank(double: EmbeddingServer, { body, authorization }: Asked, response: ServerResponse) {
  const texts = (body['documents'] ?? body['texts']) as string[]
  const query = String(body['query'])
  double.reranks.push({ query, texts, body, authorization })
  if (await isLost(double.rerank_trouble, response)) return
  if (!Array.isArray(body[double.rerank_form])) return refuse(response, 422)
  const scores = texts.map((text, index) => ({ index, score: wordOverlap(query, text) }))
  if (double.rerank_trouble === 'half') scores.length = Math.floor(scores.length / 2)
  scores.sort((one, other) => other.score - one.score)
  const results = scores.map(({ index, score }) => ({ index, relevance_score: score }))
  answer(response, JSON.stringify(double.rerank_form === 'texts' ? scores : { results }))
}

/** Whether the trouble has taken the answer's place. */
async function isLost(trouble: Trouble | null, response: ServerResponse): Promise<boolean> {
  if (trouble === 'silent') return true
  if (trouble === 'reset') return (response.destroy(), true)
  if (trouble === null || typeof trouble === 'string') return false
  if ('status' in trouble) return (refuse(response, trouble.status, trouble.headers), true)
  await new Promise((resolve) => setTimeout(resolve, trouble.slow_ms))
  return response.destroyed
}

function refuse(response: ServerResponse, status: number, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(JSON.stringify({ error: { message: 'refused by the test', type: 'test', code: null } }))
}

function answer(response: ServerResponse, text: string): void {
  response.writeHead(200, { 'content-type': 'application/json' })
  response.end(text)
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}
