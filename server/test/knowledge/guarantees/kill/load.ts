// Clients of knowledge bases while nodes die: they upload, attach, replace, run again, detach, delete, crawl, change models and search,
// each with sources of its own, and note what they were told.
import { randomUUID } from 'node:crypto'
import { setTimeout as pass } from 'node:timers/promises'
import type { Client } from '@parley/sdk'
import type { Random } from '../../../kill/random.ts'
import { small, textOf } from '../../ingest/fixture.ts'
import { type Nodes, Refused, putBytes, unlessGone, untilAnswered } from './calls.ts'
import type { OwnSource } from './records.ts'

export interface LoadOptions extends Nodes {
  /** The first keeps its model, the second changes it. */
  datasets: readonly [string, string]
  /** Of pages that are crawled, each with another text at each request. */
  site: string
  isOver: () => boolean
}

export const models = ['first', 'second', 'third'] as const
/** A source of each client is deleted before it has more. */
const most_sources = 5
const sizes = [3, 40, 99, 130, 250] as const
/** What a search can answer at most. */
const most_found = 100

export class LoadClient {
  readonly #options: LoadOptions
  readonly #random: Random
  readonly #name: string
  #own: OwnSource[] = []
  #texts = 0

  constructor(options: LoadOptions, name: string) {
    this.#options = options
    this.#random = options.random
    this.#name = name
  }

  async run(): Promise<void> {
    while (!this.#options.isOver()) {
      await this.#act()
      await pass(this.#random.between(100, 1000))
    }
  }

  #act(): Promise<void> {
    const { happens, pick, next } = this.#random
    if (this.#own.length < 2) return this.#add()
    const source = pick(this.#own)
    const chance = next()
    if (chance < 0.2) return this.#own.length < most_sources ? this.#add() : this.#delete(source)
    if (chance < 0.45) return this.#replace(source)
    if (chance < 0.55) return happens(0.6) ? this.#detachAndAttach(source) : this.#delete(source)
    if (chance < 0.63) return this.#again(source)
    if (chance < 0.73) return this.#changeModel()
    if (chance < 0.8) return this.#crawl()
    return this.#search(source)
  }

  #answer<T>(call: (client: Client, signal: AbortSignal) => Promise<T>): Promise<T> {
    return untilAnswered(this.#options, ({ client, signal }) => call(client, signal))
  }

  #newText(source: OwnSource): { word: string; chunks: number; text: string } {
    const word = `${this.#name}t${(this.#texts += 1)}`
    const chunks = this.#random.pick(sizes)
    this.#options.told.texts.set(word, chunks)
    source.words.push(word)
    return { word, chunks, text: textOf(chunks, word) }
  }

  async #add(): Promise<void> {
    const source: OwnSource = {
      id: randomUUID(),
      word: null,
      chunks: 0,
      words: [],
      datasets: new Set(),
      state: 'there',
    }
    const { told, datasets } = this.#options
    told.sources.push(source)
    const item = { id: source.id, name: `${this.#name}.txt`, type: 'FILE' as const }
    const text = this.#newText(source)
    await this.#send(text.text, source, async () => {
      const [created] = await this.#answer((client, signal) => client.createSources({ items: [item] }, { signal }))
      return created!.file_upload_status === 'COMPLETE' ? null : created!.presigned_url!
    })
    Object.assign(source, { word: text.word, chunks: text.chunks })
    told.counts.accepted += 1
    for (const dataset_id of this.#random.happens(0.4) ? datasets : [this.#random.pick(datasets)]) {
      await this.#attach(source, dataset_id)
    }
    this.#own.push(source)
  }

  /** `newAddress` answers null where the file is complete already. Begun again where the address was closed meanwhile. */
  async #send(text: string, { id }: OwnSource, newAddress: () => Promise<string | null>): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      try {
        const address = await newAddress()
        if (address === null) return
        await putBytes(this.#options, address, text)
        const complete = { source_id: id, file_upload_status: 'COMPLETE' as const }
        await this.#answer((client, signal) => client.updateSource(complete, { signal }))
        return
      } catch (error) {
        const mayPass = error instanceof Refused && [403, 409].includes(error.status)
        if (!mayPass || tries === 20) throw error
      }
    }
  }

  async #replace(source: OwnSource): Promise<void> {
    const text = this.#newText(source)
    await this.#send(text.text, source, async () => {
      const asked = await this.#answer((client, signal) =>
        client.createSourceUploadUrl({ source_id: source.id }, { signal }),
      )
      return asked.presigned_url!
    })
    Object.assign(source, { word: text.word, chunks: text.chunks })
    this.#options.told.counts.accepted += 1
  }

  async #attach(source: OwnSource, dataset_id: string): Promise<void> {
    const items = { source_id: source.id, chunking_strategy: small }
    await this.#answer((client, signal) => client.attachSources({ dataset_id, items }, { signal }))
    source.datasets.add(dataset_id)
    this.#options.told.counts.accepted += 1
  }

  async #find(source: OwnSource, dataset_id: string): Promise<string | null> {
    const listed = await this.#answer((client, signal) =>
      client.listDatasetSources({ dataset_id, limit: 100, source_name: this.#name }, { signal }),
    )
    return listed.data.find(({ source_id }) => source_id === source.id)?.id ?? null
  }

  async #detachAndAttach(source: OwnSource): Promise<void> {
    const dataset_id = this.#random.pick([...source.datasets])
    const dataset_source_id = await this.#find(source, dataset_id)
    if (dataset_source_id === null) return
    await unlessGone(
      this.#answer((client, signal) => client.detachSource({ dataset_id, dataset_source_id }, { signal })),
    )
    source.datasets.delete(dataset_id)
    await this.#expectNothing(source, dataset_id)
    if (source.datasets.size === 0 || this.#random.happens(0.5)) await this.#attach(source, dataset_id)
  }

  async #delete(source: OwnSource): Promise<void> {
    this.#own = this.#own.filter((own) => own !== source)
    source.state = 'deleting'
    await unlessGone(this.#answer((client, signal) => client.deleteSource({ source_id: source.id }, { signal })))
    source.state = 'deleted'
    for (const dataset_id of source.datasets) await this.#expectNothing(source, dataset_id)
  }

  async #again(source: OwnSource): Promise<void> {
    const dataset_id = this.#random.pick([...source.datasets])
    const dataset_source_id = await this.#find(source, dataset_id)
    if (dataset_source_id === null) return
    await this.#answer((client, signal) => client.reprocessDatasetSource({ dataset_id, dataset_source_id }, { signal }))
  }

  async #changeModel(): Promise<void> {
    const embedding_model = this.#random.pick(models)
    const change = { dataset_id: this.#options.datasets[1], embedding_model, embedding_dimension: 64 }
    await this.#answer((client, signal) => client.updateDataset(change, { signal }))
  }

  async #crawl(): Promise<void> {
    const { told, site, datasets } = this.#options
    const known = told.crawled.find(({ path }) => path.startsWith(`/${this.#name}`))
    if (known) {
      await this.#answer((client, signal) => client.crawlSource({ source_id: known.id }, { signal }))
      return
    }
    const page = { id: randomUUID(), dataset_id: datasets[0], path: `/${this.#name}` }
    const url_crawl_options = { limit: 3, delay_ms: 0, use_sitemap: false }
    const item = { id: page.id, name: site + page.path, type: 'URL' as const, url_crawl_options }
    await this.#answer((client, signal) => client.createSources({ items: [item] }, { signal }))
    told.crawled.push(page)
    const items = { source_id: page.id }
    await this.#answer((client, signal) => client.attachSources({ dataset_id: page.dataset_id, items }, { signal }))
  }

  async #query({ id }: OwnSource, dataset_id: string) {
    const query = { dataset_id, query: 'handbook', results_count: most_found, source_ids: [id] }
    const { counts } = this.#options.told
    counts.searches += 1
    try {
      const { chunks, degraded } = await this.#answer((client, signal) => client.queryDataset(query, { signal }))
      const isWhole = !degraded.some((what) => what.endsWith('_timeout'))
      return { chunks, isWhole }
    } catch (error) {
      // Nothing could be read in time.
      if (!(error instanceof Refused)) throw error
      counts.unanswered += 1
      return { chunks: [], isWhole: false }
    }
  }

  async #search(source: OwnSource): Promise<void> {
    const { told } = this.#options
    const { chunks, isWhole } = await this.#query(source, this.#random.pick([...source.datasets]))
    const words = new Set(chunks.map(({ content }) => content.split(' ', 1)[0]!))
    if (words.size > 1) told.violations.push({ kind: 'mixed', what: `a search found ${[...words].join(' and ')}` })
    const [word] = words
    if (word === undefined) return
    const expected = Math.min(told.texts.get(word) ?? 0, most_found)
    if (isWhole && chunks.length !== expected) {
      told.violations.push({ kind: 'mixed', what: `a search found ${chunks.length} of ${expected} chunks of ${word}` })
    }
  }

  async #expectNothing(source: OwnSource, dataset_id: string): Promise<void> {
    const { chunks } = await this.#query(source, dataset_id)
    if (chunks.length === 0) return
    this.#options.told.violations.push({ kind: 'haunting', what: `a search found ${chunks[0]!.content}` })
  }
}
