// Measures how well searches find what answers a question: the project's documents as a dataset, recall@5 and MRR@10 of each mode.
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FoundPassage } from '../../../src/knowledge/search/request.ts'
import type { Library, Written } from './library.ts'
import type { Question, Small } from './questions.ts'

export const modes = ['auto', 'full_text', 'vector'] as const
export type Mode = (typeof modes)[number]

export interface Figures {
  /** The share of questions with a right chunk among the first five. */
  recall_at_5: number
  /** The mean of one divided by the place of the first right chunk, if it is among the first ten. */
  mrr_at_10: number
}

export interface Asked {
  question: string
  isRight(passage: FoundPassage): boolean
}

/** Of the documents; other chunks that have every part of a code are right too. */
export function askDocuments({ kind, question, files }: Question): Asked {
  const parts = question
    .toLowerCase()
    .split(' ')
    .filter((part) => /[\p{L}\p{N}]/u.test(part))
  const hasCode = (content: string) => kind === 'code' && parts.every((part) => content.toLowerCase().includes(part))
  return {
    question,
    isRight: ({ source_name, content }) => files.some((file) => source_name.startsWith(file)) || hasCode(content),
  }
}

export function askSmall({ texts, asked }: Small): Asked[] {
  return asked.map(([question, place]) => ({ question, isRight: ({ content }) => content === texts[place] }))
}

export async function judge(
  library: Library,
  dataset_id: string,
  asked: readonly Asked[],
): Promise<Record<Mode, Figures>> {
  const figures = {} as Record<Mode, Figures>
  for (const mode of modes) {
    const places: number[] = []
    for (const { question, isRight } of asked) {
      places.push((await searchWhole(library, dataset_id, question, mode)).findIndex(isRight))
    }
    const share = (of: (place: number) => number) => places.reduce((sum, place) => sum + of(place), 0) / places.length
    figures[mode] = {
      recall_at_5: share((place) => (place >= 0 && place < 5 ? 1 : 0)),
      mrr_at_10: share((place) => (place < 0 ? 0 : 1 / (place + 1))),
    }
  }
  return figures
}

/** On a busy machine a part of a search may be late: it is asked again. */
async function searchWhole(library: Library, dataset_id: string, query: string, mode: Mode): Promise<FoundPassage[]> {
  for (let tries = 0; tries < 10; tries += 1) {
    const asked = { dataset_id, query, mode, top_n: 10, rerank: false, timeout_ms: 30_000 }
    const { passages, failed, degraded } = await library.search(asked)
    if (failed === null && degraded.length === 0) return passages
  }
  throw new Error(`a search failed ten times: ${query}`)
}

const docs = join(import.meta.dirname, '..', '..', '..', '..', 'docs')

export interface Document {
  name: string
  chunks: Written[]
}

/** Those that were written after the questions can answer them too, so they would count as wrong. */
const isLater = (name: string) =>
  /^guides\/(people|desk)\.md$/.test(name) || Number(/^decisions\/(\d+)/.exec(name)?.[1]) > 104

export function readDocuments(): Document[] {
  const names = globSync('**/*.md', { cwd: docs })
    .filter((name) => !isLater(name))
    .toSorted()
  return names.map((name) => ({ name, chunks: cutDocument(readFileSync(join(docs, name), 'utf8')) }))
}

export const textsOf = (documents: readonly Document[]) =>
  documents.flatMap(({ chunks }) => chunks.map(({ content }) => content))

/** Each document is a source, named by its path in `docs`. */
export async function addDocuments(library: Library, documents: readonly Document[]): Promise<string> {
  const space_id = await library.addSpace()
  const dataset_id = await library.addDataset(space_id)
  for (const { name, chunks } of documents) {
    await library.addSource(chunks, { dataset_id, space_id, name, language: 'english' })
  }
  return dataset_id
}

/** By headings, lines and a thousand characters: what is measured is the search, not the cut. */
export function cutDocument(text: string, most = 1000): Written[] {
  const chunks: Written[] = []
  let heading_path: string[] = []
  let content = ''
  const flush = () => {
    if (content.trim() !== '') chunks.push({ content: content.trim(), heading_path })
    content = ''
  }
  for (const line of text.split('\n')) {
    const [, marks, heading] = /^(#{1,6}) (.+)$/.exec(line) ?? []
    if (marks) {
      flush()
      heading_path = [...heading_path.slice(0, marks.length - 1), heading!]
    }
    if (content.length + line.length > most) flush()
    content += `${line}\n`
  }
  flush()
  return chunks
}
