// The small dataset of the sample agent, made of the same rows and work as any other.
import type { ReceivedFile } from '../calls/call.ts'
import type { Core } from '../calls/core.ts'
import type { RootStore, TransactionStore } from '../database/store.ts'
import { addOrganizationEvent } from '../events/events.ts'
import { attach } from './ingest/attach.ts'
import { insertDataset } from './operations/dataset-queries.ts'
import type { Knowledge } from './services.ts'
import { insertUploadedSource } from './sources.ts'
import { changeModel } from './vectors/vectors.ts'

const name = 'Harbour Lane'

const files: Readonly<Record<string, string>> = {
  'Orders and returns.md': `## Delivery

Orders leave our warehouse within two working days. Delivery takes three to five days and is free above 40 euros; below that it costs 3.90 euros. We deliver to all countries of the European Union, to Norway and to Switzerland.

## Returns

Anything unopened can be returned within 30 days. Print the return label from your account and bring the parcel to any post office. The refund arrives within a week of the return, on the card or account that was charged.

## Damaged parcels

Send us a photo of a damaged parcel within seven days, and we send the order again at no cost. You need not send the damaged goods back.

## Gift cards

A gift card is valid for three years and can be used for several orders. Its code is on the back, under the silver strip.
`,
  'Brewing guide.md': `## Green tea

Brew green tea at 70 to 80 degrees for two minutes, with two grams of leaves for each 100 millilitres. Boiling water makes it bitter.

## Black tea

Brew black tea with boiling water for three to five minutes, with one teaspoon of leaves for each cup.

## Filter coffee

Use 60 grams of coffee for a litre of water at 92 to 96 degrees. Grind it as fine as sea salt; it should run through in three to four minutes.

## Descaling a kettle

Fill the kettle with equal parts of water and vinegar, boil it, wait for half an hour, and rinse it twice. In hard water do so once a month.
`,
}

const chunking = { method: 'structure_based', chunk_size: 600, chunk_overlap: 0 } as const
const max_bytes = 65_536

/** Stores the files; the result writes the dataset in the transaction of what uses it, and answers its id. */
export async function prepareSampleDataset(
  core: Core,
  room: Knowledge,
  store: RootStore,
): Promise<(tx: TransactionStore) => Promise<string>> {
  const received: ReceivedFile[] = []
  for (const [file, text] of Object.entries(files)) {
    const blob = await room.blobs.put(store, pieces(text), { max_bytes, signal: new AbortController().signal })
    received.push({ blob, name: file, media_type: 'text/markdown' })
  }
  return async (tx) => {
    const dataset_id = core.ports.newId()
    const source_ids: string[] = []
    for (const file of received) source_ids.push(await insertUploadedSource({ core }, tx, file, {}))
    const description = 'What the sample agent can look up.'
    const model = { embedding_model: null, embedding_dimension: null, creation_hash: null }
    await insertDataset(tx, { id: dataset_id, name, description, language: 'auto', chunking, ...model })
    await changeModel(tx, core.ports, room, dataset_id)
    const event = { id: core.ports.newId(), organization_id: tx.organization_id, subject: dataset_id }
    addOrganizationEvent(tx, { ...event, type: 'dataset.created', data: { dataset_id, name } })
    const attached = { dataset_id, chunking: null, attached_by: 'caller' as const }
    await attach(
      tx,
      core.ports,
      source_ids.map((source_id) => ({ source_id, ...attached })),
    )
    return dataset_id
  }
}

async function* pieces(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text)
}
