// The settings of embeddings and of the rerank model.
import { knowledgeBounds } from '@parley/contract'
import type { Reader, Setting, SettingsGroup } from '../config/reader.ts'
import { type EmbeddingModelRef, resolveModelName, splitModelName } from './rules/model-name.ts'

export interface EmbeddingConfig {
  /** An embedding server apart from the providers. */
  server: { base_url: string; api_key: string | null } | null
  /** Of datasets that name no model; null: only an organization's own key may bring one. */
  model: EmbeddingModelRef | null
  dimension: number | null
  rerank: { url: string; model: string | null; api_key: string | null } | null
  /** Bounds of a call, and of calls at once. */
  texts: number
  call_ms: number
  calls: number
  unused_days: number
}

const settings: readonly Setting[] = [
  {
    name: 'PARLEY_EMBEDDING_MODEL',
    default: '`openai/text-embedding-3-small` or `google/gemini-embedding-001`, the first with a key; otherwise none',
    meaning:
      'The `provider/model` of the vectors of datasets that name none. Without a model, knowledge bases are searched by words. With an `OPENAI_BASE_URL` that is not OpenAI’s, OpenAI’s model is no default, because that server may not have it: name one.',
  },
  {
    name: 'PARLEY_EMBEDDING_DIMENSION',
    default: '768 for `text-embedding-3-small`, otherwise the model’s own',
    meaning: 'The dimension of these vectors. Set it only for models whose vectors can be shortened.',
  },
  {
    name: 'PARLEY_EMBEDDING_BASE_URL',
    default: 'none',
    meaning:
      'The address of an OpenAI-compatible server of embeddings (TEI, vLLM, Ollama …), such as `http://127.0.0.1:11434/v1`. Needs `PARLEY_EMBEDDING_MODEL`. Keys of organizations are not sent there.',
  },
  { name: 'PARLEY_EMBEDDING_API_KEY', default: 'none', meaning: 'Key for that server, if it needs one.', secret: true },
  {
    name: 'PARLEY_RERANK_URL',
    default: 'none',
    meaning:
      'The whole address of a rerank model (`/rerank` of Cohere, Jina, vLLM, TEI …). It orders the best 50 passages of each search.',
  },
  { name: 'PARLEY_RERANK_MODEL', default: 'none', meaning: 'The model’s name, where the server has several.' },
  { name: 'PARLEY_RERANK_API_KEY', default: 'none', meaning: 'Key for the rerank model.', secret: true },
  {
    name: 'PARLEY_LIMIT_EMBEDDING_TEXTS',
    default: '96',
    meaning: 'Texts of one embedding call; the rest goes into the next. TEI takes 32 unless it is told otherwise.',
  },
  {
    name: 'PARLEY_LIMIT_EMBEDDING_SECONDS',
    default: '30',
    meaning: 'How long an embedding call for a document may take; it is tried again later.',
  },
  {
    name: 'PARLEY_LIMIT_EMBEDDING_CALLS',
    default: '4',
    meaning: 'Embedding calls for documents at once on a node; the rest waits. Queries do not wait for them.',
  },
  {
    name: 'PARLEY_LIMIT_UNUSED_VECTOR_DAYS',
    default: '7',
    meaning: 'Days after which a vector that no text needs any more is deleted.',
  },
]

export const embeddingSettings: SettingsGroup<EmbeddingConfig> = {
  settings,
  read(read) {
    const server = readServer(read)
    const model = readModel(read, server !== null)
    return {
      server,
      model,
      dimension: readDimension(read, model),
      rerank: readRerank(read),
      texts: read.integer('PARLEY_LIMIT_EMBEDDING_TEXTS', 1, 2048),
      call_ms: read.integer('PARLEY_LIMIT_EMBEDDING_SECONDS', 1, 600) * 1000,
      calls: read.integer('PARLEY_LIMIT_EMBEDDING_CALLS', 1, 64),
      unused_days: read.integer('PARLEY_LIMIT_UNUSED_VECTOR_DAYS', 1, 3650),
    }
  },
}

const web = (read: Reader, name: string) => read.url(name, /^https?:\/\/[^/]/, 'https://host/v1')

function readServer(read: Reader): EmbeddingConfig['server'] {
  const base_url = web(read, 'PARLEY_EMBEDDING_BASE_URL')
  const api_key = read.text('PARLEY_EMBEDDING_API_KEY') ?? null
  if (base_url !== undefined) return { base_url, api_key }
  if (api_key !== null && read.text('PARLEY_EMBEDDING_BASE_URL') === undefined)
    read.fault(
      'PARLEY_EMBEDDING_API_KEY requires PARLEY_EMBEDDING_BASE_URL; OPENAI_API_KEY is the key of `openai/…` models',
    )
  return null
}

function readModel(read: Reader, hasServer: boolean): EmbeddingModelRef | null {
  const name = read.text('PARLEY_EMBEDDING_MODEL')
  const callable = readCallable(read, hasServer)
  if (hasServer) {
    if (name !== undefined) return readModelOfServer(read, name)
    read.fault('PARLEY_EMBEDDING_BASE_URL requires PARLEY_EMBEDDING_MODEL, the name of a model of that server')
    return null
  }
  if (name === undefined) return defaultModelOf(callable)
  const found = resolveModelName(name, callable, null)
  if (found === null)
    read.fault(
      `PARLEY_EMBEDDING_MODEL names ${name}, whose provider is not known, has no embeddings or has no key; write provider/model with openai, google, azure or openai-compatible`,
    )
  return found
}

function readModelOfServer(read: Reader, name: string): EmbeddingModelRef {
  const { provider, model } = splitModelName(name)
  if (provider !== null && !provider.startsWith('openai'))
    read.fault(
      `PARLEY_EMBEDDING_MODEL names ${provider}, but PARLEY_EMBEDDING_BASE_URL is another server; set one of them`,
    )
  return { provider: 'openai-compatible', model }
}

/** Not of an OpenAI-compatible server that may have no such model: that would fail every source. */
export function defaultModelOf(callable: ReadonlySet<string>): EmbeddingModelRef | null {
  if (callable.has('openai') && !callable.has('openai-compatible'))
    return { provider: 'openai', model: 'text-embedding-3-small' }
  if (callable.has('google')) return { provider: 'google', model: 'gemini-embedding-001' }
  return null
}

function readCallable(read: Reader, hasServer: boolean): Set<string> {
  const has = (name: string) => read.text(name) !== undefined
  const callable = new Set<string>()
  if (has('OPENAI_API_KEY') || has('OPENAI_BASE_URL')) callable.add('openai')
  if (hasServer || isElsewhere(read.text('OPENAI_BASE_URL'))) callable.add('openai-compatible')
  if (has('GOOGLE_GENERATIVE_AI_API_KEY')) callable.add('google')
  if (has('AZURE_API_KEY')) callable.add('azure')
  return callable
}

/** Whether the base URL of `openai` is not OpenAI's. */
function isElsewhere(base_url: string | undefined): boolean {
  return base_url !== undefined && !/^https?:\/\/([^/]+\.)?api\.openai\.com([:/]|$)/.test(base_url)
}

function readDimension(read: Reader, model: EmbeddingModelRef | null): number | null {
  const name = 'PARLEY_EMBEDDING_DIMENSION'
  if (read.text(name) === undefined) return null
  if (model === null) read.fault(`${name} requires PARLEY_EMBEDDING_MODEL, or a provider’s key`)
  return read.integer(name, knowledgeBounds.dimension.least, knowledgeBounds.dimension.most)
}

function readRerank(read: Reader): EmbeddingConfig['rerank'] {
  const url = web(read, 'PARLEY_RERANK_URL')
  const model = read.text('PARLEY_RERANK_MODEL') ?? null
  const api_key = read.text('PARLEY_RERANK_API_KEY') ?? null
  if (url !== undefined) return { url, model, api_key }
  if ((model ?? api_key) !== null && read.text('PARLEY_RERANK_URL') === undefined)
    read.fault('PARLEY_RERANK_MODEL and PARLEY_RERANK_API_KEY require PARLEY_RERANK_URL')
  return null
}
