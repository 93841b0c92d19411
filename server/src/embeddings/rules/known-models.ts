// What is known of embedding models by their names: their dimension, and what a query or a document begins with. Pure.

export type TextKind = 'query' | 'document'

interface KnownModel {
  /** Searched in the name without its owner, in lower case. */
  pattern: RegExp
  /** Of its vectors if none is asked for. */
  dimension?: number
  /** Of a dataset that asks for none, if that is not the model's own. */
  default_dimension?: number
  prefixes?: Record<TextKind, string>
}

const sentence = { query: 'Represent this sentence for searching relevant passages: ', document: '' }
const instruction = 'Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery:'

/** The first that matches counts. Prefixes are those that the models were trained with, as their cards say. */
const known: readonly KnownModel[] = [
  { pattern: /^text-embedding-3-small$/, dimension: 1536, default_dimension: 768 },
  { pattern: /^text-embedding-3-large$/, dimension: 3072 },
  { pattern: /^text-embedding-ada-002$/, dimension: 1536 },
  { pattern: /^gemini-embedding-001$/, dimension: 3072 },
  { pattern: /\be5\b.*instruct/, prefixes: { query: `${instruction} `, document: '' } },
  { pattern: /\be5-small\b/, dimension: 384, prefixes: { query: 'query: ', document: 'passage: ' } },
  { pattern: /\be5-base\b/, dimension: 768, prefixes: { query: 'query: ', document: 'passage: ' } },
  { pattern: /\be5-large\b/, dimension: 1024, prefixes: { query: 'query: ', document: 'passage: ' } },
  {
    pattern: /^nomic-embed-text/,
    dimension: 768,
    prefixes: { query: 'search_query: ', document: 'search_document: ' },
  },
  { pattern: /^bge-small-en/, dimension: 384, prefixes: sentence },
  { pattern: /^bge-base-en/, dimension: 768, prefixes: sentence },
  { pattern: /^bge-large-en/, dimension: 1024, prefixes: sentence },
  { pattern: /^bge-m3/, dimension: 1024 },
  { pattern: /^mxbai-embed-large/, dimension: 1024, prefixes: sentence },
  {
    pattern: /^embeddinggemma/,
    dimension: 768,
    prefixes: { query: 'task: search result | query: ', document: 'title: none | text: ' },
  },
  { pattern: /^qwen3-embedding/, prefixes: { query: instruction, document: '' } },
  { pattern: /^all-minilm/, dimension: 384 },
]

function find(model: string): KnownModel | undefined {
  const name = model.slice(model.lastIndexOf('/') + 1).toLowerCase()
  return known.find(({ pattern }) => pattern.test(name))
}

/** Null: only its vectors tell. */
export function ownDimension(model: string): number | null {
  return find(model)?.dimension ?? null
}

/** For a dataset that asks for none; null: the model's own. */
export function defaultDimension(model: string): number | null {
  return find(model)?.default_dimension ?? null
}

export function withPrefix(model: string, kind: TextKind, text: string): string {
  return (find(model)?.prefixes?.[kind] ?? '') + text
}

/** By provider: models that are offered by name. Others can be named too. */
export const offered_models: Readonly<Record<string, readonly string[]>> = {
  openai: ['text-embedding-3-small', 'text-embedding-3-large'],
  google: ['gemini-embedding-001'],
}
