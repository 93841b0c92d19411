// `npm run bench:recall`: how many of the ten nearest vectors a search by signs finds, beside an exact search. With `PARLEY_BENCH_EMBEDDING_URL`
// (an OpenAI-compatible `/embeddings`) and `_MODEL` also over vectors of a real model.
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { cosine, meanOf, signsOf } from '../server/src/knowledge/rules/signs.ts'
import { corpusVectors } from '../server/test/knowledge/search/corpus-vector.ts'
import { hashedVector } from '../server/test/support/hashed-vector.ts'
import { cutDocument } from '../server/test/knowledge/search/quality.ts'
import { generateChunks, randomNumbers } from './knowledge-texts.ts'
import { readOptions } from './options.ts'
import { machine } from './server.ts'
import { printTable } from './table.ts'
import { randomVectors } from './vectors.ts'

const { chunks, dimension, queries, candidates, seed } = readOptions({
  chunks: 100_000,
  dimension: 768,
  queries: 100,
  candidates: 200,
  seed: 1,
})
const wanted = 10
const centre_of = 2048

interface Collection {
  name: string
  vectors: Float32Array[]
  queries: Float32Array[]
}

/** 32 signs in a number. */
function packSigns(signs: string): Uint32Array {
  const words = new Uint32Array(Math.ceil(signs.length / 32))
  for (let at = 0; at < signs.length; at += 1) if (signs[at] === '1') words[at >> 5]! |= 1 << (at & 31)
  return words
}

function countBits(value: number): number {
  let bits = value - ((value >>> 1) & 0x55555555)
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333)
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}

function nearest(count: number, many: number, distance: (at: number) => number): number[] {
  const distances = Float64Array.from({ length: count }, (_, at) => distance(at))
  const bound = distances.toSorted()[Math.min(many, count) - 1]!
  const places: number[] = []
  for (let at = 0; at < count; at += 1) if (distances[at]! <= bound) places.push(at)
  return places.toSorted((a, b) => distances[a]! - distances[b]! || a - b).slice(0, many)
}

/** The mean, and the share of queries that find all. */
function measure({ vectors, queries: asked }: Collection): [number, number] {
  const mean = meanOf(vectors.slice(0, centre_of))
  const signs = vectors.map((vector) => packSigns(signsOf(vector, mean)))
  let found = 0
  let whole = 0
  for (const query of asked) {
    const exact = new Set(nearest(vectors.length, wanted, (at) => -cosine(query, vectors[at]!)))
    const bits = packSigns(signsOf(query, mean))
    const near = nearest(vectors.length, candidates, (at) => {
      const own = signs[at]!
      let differing = 0
      for (let word = 0; word < own.length; word += 1) differing += countBits(own[word]! ^ bits[word]!)
      return differing
    })
    // Of vectors as near as the tenth, any is right.
    const ranked = near.toSorted((a, b) => cosine(query, vectors[b]!) - cosine(query, vectors[a]!)).slice(0, wanted)
    const least = Math.min(...[...exact].map((at) => cosine(query, vectors[at]!)))
    const right = ranked.filter((at) => exact.has(at) || cosine(query, vectors[at]!) >= least - 1e-6).length
    found += right
    whole += right === wanted ? 1 : 0
  }
  return [found / (asked.length * wanted), whole / asked.length]
}

const docs = join(import.meta.dirname, '..', 'docs')
const documents = globSync('**/*.md', { cwd: docs })
  .toSorted()
  .flatMap((name) => cutDocument(readFileSync(join(docs, name), 'utf8')).map(({ content }) => content))

/** The documents, and as much generated text as is missing. */
function texts(count: number): string[] {
  const generated = generateChunks(Math.max(0, count - documents.length), seed).map(({ content }) => content)
  return [...documents, ...generated].slice(0, count)
}

/** Some words of some of them. */
function questionsOf(all: readonly string[], count: number): string[] {
  const random = randomNumbers(seed + 1)
  return Array.from({ length: count }, () => {
    const words = all[Math.floor(random() * all.length)]!.split(/\s+/)
    const begin = Math.floor(random() * Math.max(1, words.length - 12))
    return words.slice(begin, begin + 12).join(' ')
  })
}

function hashedTexts(): Collection {
  const all = texts(chunks)
  const embed = (text: string) => Float32Array.from(hashedVector(text, dimension))
  return {
    name: 'hashed chunks of documents and generated text',
    vectors: all.map(embed),
    queries: questionsOf(all, queries).map(embed),
  }
}

function weightedTexts(): Collection {
  const all = texts(chunks)
  const embed = corpusVectors(all.slice(0, 5000), dimension)
  return {
    name: 'the same, weighted by rarity',
    vectors: all.map(embed),
    queries: questionsOf(all, queries).map(embed),
  }
}

function mixture(): Collection {
  const source = randomVectors(dimension, seed)
  const vectors = Array.from({ length: chunks }, (_, at) => source.at(at + 1))
  return {
    name: 'an anisotropic mixture',
    vectors,
    queries: Array.from({ length: queries }, (_, at) => source.at(-at - 1)),
  }
}

async function realModel(url: string, model: string): Promise<Collection> {
  const all = texts(Math.min(chunks, 20_000))
  const embed = async (some: string[]) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model, input: some }),
    })
    const { data } = (await response.json()) as { data: { embedding: number[] }[] }
    return data.map(({ embedding }) => {
      const length = Math.hypot(...embedding)
      return Float32Array.from(embedding, (value) => value / length)
    })
  }
  const vectors: Float32Array[] = []
  for (let at = 0; at < all.length; at += 96) vectors.push(...(await embed(all.slice(at, at + 96))))
  return { name: model, vectors, queries: await embed(questionsOf(all, Math.min(queries, 96))) }
}

process.stdout.write(
  `machine ${machine}\n${chunks} vectors of ${dimension} dimensions, ${queries} queries, ${candidates} candidates\n\n`,
)
const rows: string[][] = []
for (const collect of [hashedTexts, weightedTexts, mixture]) {
  const collection = collect()
  const [recall, whole] = measure(collection)
  rows.push([collection.name, recall.toFixed(4), whole.toFixed(2)])
}
const { PARLEY_BENCH_EMBEDDING_URL: url, PARLEY_BENCH_EMBEDDING_MODEL: model } = process.env
if (url && model) {
  const collection = await realModel(url, model)
  const [recall, whole] = measure(collection)
  rows.push([collection.name, recall.toFixed(4), whole.toFixed(2)])
}
printTable(['vectors', 'recall@10', 'queries that find all ten'], rows)
