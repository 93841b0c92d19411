// What can be done with sources, one or many at once. Each change is a call of its own; those that fail are counted and stay selected.
import type { DatasetSource } from '@parley/contract'
import type { Client } from '@parley/sdk'

const at_once = 4

export interface Outcome {
  done: DatasetSource[]
  failed: { attachment: DatasetSource; error: unknown }[]
}

type Act = (attachment: DatasetSource) => Promise<unknown>

/** Calls `act` for each, a few at a time. */
export async function changeEach(attachments: readonly DatasetSource[], act: Act): Promise<Outcome> {
  const outcome: Outcome = { done: [], failed: [] }
  const left = [...attachments]
  const work = async () => {
    for (let attachment = left.shift(); attachment; attachment = left.shift()) {
      try {
        await act(attachment)
        outcome.done.push(attachment)
      } catch (error) {
        outcome.failed.push({ attachment, error })
      }
    }
  }
  await Promise.all(Array.from({ length: at_once }, work))
  return outcome
}

export const actionsOf = (client: Client) => ({
  rerun: ({ dataset_id, id }: DatasetSource) => client.reprocessDatasetSource({ dataset_id, dataset_source_id: id }),
  detach: ({ dataset_id, id }: DatasetSource) => client.detachSource({ dataset_id, dataset_source_id: id }),
  remove: ({ source_id }: DatasetSource) => client.deleteSource({ source_id }),
})
