// Replacements, deletes, detaches and model switches beside searches on two nodes. Each chunk bears its source and revision, so that an
// answer that mixes two contents, two models, or something that is gone is found.
import { setTimeout as pass } from 'node:timers/promises'
import { expect } from 'vitest'
import { type Random, createRandom } from '../../kill/random.ts'
import { dumpDatabase } from '../../support/dump-database.ts'
import { startEmbeddingServer } from '../../support/embedding-server.ts'
import { hashedVector } from '../../support/hashed-vector.ts'
import { type Library, atRest, piecesOf, soon, startLibrary, textOf } from '../ingest/fixture.ts'
import { type Node, addSource, addText } from './texts.ts'

export interface Play {
  changes: number
  searches: number
  seed: number
  /** Every so many replacements are uploaded and converted, the others stored as a crawl stores them. */
  upload_each: number
}

/** All that serve fit into one answer. */
const sources_at_once = 6
const most_chunks = 14
const most_found = 100
const changers = 3
const searchers = 4
/** The model's own dimension, and others: the scores of an answer tell which of them it is from. */
const dimensions = [64, 67, 71] as const
const query = 'handbook people'
const patient = { timeout: 120_000, interval: 20 }

interface Living {
  name: string
  /** The changer that alone changes it. */
  owner: number
  source_id: string
  dataset_source_id: string
  /** Of the text that was stored last. */
  revision: number
  /** That was seen to serve. */
  served: number
  /** From before its delete or detach is asked for; the answer to that is `gone`. */
  state: 'there' | 'leaving' | 'gone'
}

interface Seen {
  searches: number
  /** One part took too long, or nothing could be read. */
  incomplete: number
  mixed_revisions: string[]
  mixed_models: string[]
  gone: string[]
  stale: string[]
  missing: string[]
}

class Stage {
  readonly library: Library
  readonly nodes: readonly Node[]
  readonly urls: readonly string[]
  readonly dataset_id: string
  readonly play: Play
  readonly living: Living[] = []
  readonly all: Living[] = []
  /** How many chunks each text has, by its word. */
  readonly texts = new Map<string, number>()
  readonly seen: Seen = {
    ...{ searches: 0, incomplete: 0, mixed_revisions: [], mixed_models: [], gone: [], stale: [], missing: [] },
  }
  changes = 0
  #names = 0

  constructor(library: Library, other: { app: Node['app']; url: string }, dataset_id: string, play: Play) {
    const { organization_id, app, url } = library.server
    this.library = library
    this.nodes = [app, other.app].map((node) => ({ app: node, organization_id }))
    this.urls = [url, other.url]
    this.dataset_id = dataset_id
    this.play = play
  }

  #client({ pick }: Random) {
    return this.library.server.as({ base_url: pick(this.urls) })
  }

  async add(owner: number, random: Random): Promise<void> {
    this.#names += 1
    const name = `s${this.#names}x`
    const source_id = await addSource(this.library.server)
    const { id } = await this.library.attach(this.dataset_id, source_id)
    const place = { name, owner, source_id, dataset_source_id: id }
    const source: Living = { ...place, revision: 0, served: 0, state: 'there' }
    this.all.push(source)
    await this.replace(source, random)
    this.living.push(source)
  }

  async replace(source: Living, random: Random): Promise<void> {
    const revision = source.revision + 1
    const word = `${source.name}r${revision}`
    const chunks = random.between(2, most_chunks)
    this.texts.set(word, chunks)
    const text = textOf(chunks, word)
    if (this.changes % this.play.upload_each === this.play.upload_each - 1)
      await this.library.replaceFile(source.source_id, text)
    else await addText(random.pick(this.nodes), source.source_id, text)
    source.revision = revision
    if (random.happens(0.4)) return
    await untilServed(
      this.library,
      { dataset_id: this.dataset_id, dataset_source_id: source.dataset_source_id },
      revision,
    )
    source.served = revision
  }

  async leave(source: Living, random: Random): Promise<void> {
    this.living.splice(this.living.indexOf(source), 1)
    source.state = 'leaving'
    const { dataset_id } = this
    const { source_id, dataset_source_id } = source
    if (random.happens(0.5)) await this.#client(random).deleteSource({ source_id })
    else {
      await this.#client(random).detachSource({ dataset_id, dataset_source_id })
      source.state = 'gone'
      await this.#client(random).deleteSource({ source_id })
    }
    source.state = 'gone'
  }

  async changeModel(random: Random): Promise<void> {
    const embedding_dimension = random.pick(dimensions)
    await this.#client(random).updateDataset({
      dataset_id: this.dataset_id,
      embedding_model: 'hashing',
      embedding_dimension,
    })
  }

  async change(own: number, random: Random): Promise<void> {
    this.changes += 1
    const mine = this.living.filter(({ owner }) => owner === own)
    const chance = random.next()
    if (own === 0 && chance < 0.15) return this.changeModel(random)
    if (chance < 0.8) return this.replace(random.pick(mine), random)
    await this.leave(random.pick(mine), random)
    await this.add(own, random)
  }

  /** As many searches as changes, in proportion: none of them is made while nothing changes. */
  async keepPace(): Promise<void> {
    const { changes, searches } = this.play
    while (this.seen.searches / searches < this.changes / changes - 0.02) await pass(5)
  }

  async search(random: Random): Promise<void> {
    const gone = new Set(this.all.filter(({ state }) => state === 'gone').map(({ name }) => name))
    const served = new Map(
      this.all.flatMap((of) => (of.state === 'there' && of.served > 0 ? [[of.name, of.served]] : [])),
    )
    const asked = { dataset_id: this.dataset_id, query, results_count: most_found }
    const answer = await this.#client(random)
      .queryDataset(asked)
      .catch(() => null)
    this.seen.searches += 1
    const isWhole = answer !== null && !answer.degraded.some((what) => what.endsWith('_timeout'))
    if (!isWhole) this.seen.incomplete += 1
    if (answer === null) return
    this.#judgeModels(answer.chunks)
    const found = Map.groupBy(answer.chunks, ({ content }) => /^s\d+x/.exec(content)![0])
    for (const [name, chunks] of found) {
      const words = [...new Set(chunks.map(({ content }) => content.split(' ', 1)[0]!))]
      const expected = this.texts.get(words[0]!)
      if (words.length > 1 || (isWhole && chunks.length !== expected))
        this.seen.mixed_revisions.push(`${words.join(' and ')}: ${chunks.length} of ${expected} chunks`)
      const revision = Number(/r(\d+)$/.exec(words[0]!)![1])
      if (revision < (served.get(name) ?? 0)) this.seen.stale.push(`${words[0]} after r${served.get(name)}`)
      if (gone.has(name)) this.seen.gone.push(name)
    }
    if (!isWhole) return
    const remaining = new Set(this.all.filter(({ state }) => state === 'there').map(({ name }) => name))
    for (const name of served.keys()) if (remaining.has(name) && !found.has(name)) this.seen.missing.push(name)
  }

  /** All chunks that have been compared with the query are from one model. */
  #judgeModels(chunks: readonly { content: string; scores: { vector: number | null } }[]): void {
    const compared = chunks.filter(({ scores }) => scores.vector !== null)
    const isOf = (dimension: number) =>
      compared.every(({ content, scores }) => Math.abs(scores.vector! - similarity(content, dimension)) < 1e-4)
    if (!dimensions.some(isOf)) this.seen.mixed_models.push(compared.map(({ content }) => content).join('\n'))
  }
}

type Path = { dataset_id: string; dataset_source_id: string }

async function untilServed({ server }: Library, path: Path, revision: number): Promise<void> {
  const find = () => server.client.getDatasetSource(path)
  await expect.poll(find, patient).toMatchObject({ status: 'ready', sources: { revision } })
}

const known = new Map<string, number>()

function similarity(content: string, dimension: number): number {
  const key = `${dimension} ${content}`
  const before = known.get(key)
  if (before !== undefined) return before
  const [one, other] = [hashedVector(query, dimension), hashedVector(content, dimension)]
  const cosine = one.reduce((sum, value, at) => sum + value * other[at]!, 0)
  known.set(key, Math.max(0, cosine))
  return known.get(key)!
}

/** Answers what was seen, for the report. */
export async function serveWhole(play: Play): Promise<Seen & { changes: number }> {
  const embedding = await startEmbeddingServer({ dimension: dimensions[0] })
  await using _embedding = embedding
  await using library = await startLibrary(embedding.environment)
  await using other = await library.server.startAnother(embedding.environment, {})
  const dataset_id = await library.newDataset({ embedding_model: 'hashing', embedding_dimension: dimensions[0] })
  const stage = new Stage(library, { app: other, url: other.url }, dataset_id, play)
  const random = createRandom(play.seed)
  for (let at = 0; at < sources_at_once; at += 1) await stage.add(at % changers, random)

  const state = { isOver: false }
  const searching = Promise.all(
    Array.from({ length: searchers }, async () => {
      const own = random.fork()
      while (!state.isOver || stage.seen.searches < play.searches) await stage.search(own)
    }),
  )
  const changing = Promise.all(
    Array.from({ length: changers }, async (_, number) => {
      const own = random.fork()
      while (stage.changes < play.changes) {
        await stage.change(number, own)
        await stage.keepPace()
      }
    }),
  )
  // Whichever fails first ends the play.
  await Promise.race([changing, searching.then(() => changing)])
  state.isOver = true
  await searching
  await checkEnd(stage)
  return { ...stage.seen, changes: stage.changes }
}

async function checkEnd({ library, living, all, texts, dataset_id }: Stage): Promise<void> {
  const busy = `select kind from work where kind in ('embed_dataset', 'delete_blobs')
    union all select kind from work_arrivals where kind in ('embed_dataset', 'delete_blobs')`
  await expect.poll(() => library.rows(busy), { timeout: 120_000, interval: 50 }).toEqual([])
  await atRest(library)
  for (const { dataset_source_id, name, revision } of living) {
    const found = await library.server.client.getDatasetSource({ dataset_id, dataset_source_id })
    expect([name, found]).toMatchObject([name, { status: 'ready', sources: { revision } }])
    const word = `${name}r${revision}`
    expect(await library.textsOf(found)).toEqual(piecesOf(texts.get(word)!, word))
  }
  // What is deleted is nowhere: neither its texts, as they are or in files, nor its words.
  await expect.poll(() => library.rows(`select from blobs where state = 'deleting' or uses = 0`), soon).toEqual([])
  const dump = (await dumpDatabase(library.server)).join('\n')
  const deleted = all.filter(({ state }) => state === 'gone').map(({ name }) => name)
  const isThere = (name: string) => dump.includes(`${name}r`) || dump.includes(Buffer.from(`${name}r`).toString('hex'))
  expect(deleted.filter(isThere)).toEqual([])
  expect(living.every(({ name }) => isThere(name))).toBe(true)
  expect(library.server.log.filter((line) => /deadlock|40P01/.test(line))).toEqual([])
}

export const nothingWrong = { mixed_revisions: [], mixed_models: [], gone: [], stale: [], missing: [] }
