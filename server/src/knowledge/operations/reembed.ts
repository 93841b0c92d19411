// Re-embeds a dataset.
import type { Handler } from '../../calls/context.ts'
import { presentDataset, requireDataset } from '../read/datasets.ts'
import type { Knowledge } from '../services.ts'
import { changeModel } from '../vectors/vectors.ts'

/** With the model that it wishes; one that names none takes the server's default of now. */
export const reembedDataset: Handler<'reembedDataset', Knowledge> = async ({ core, room, store }, input) => {
  const { id } = await requireDataset(store, input.dataset_id)
  await store.transaction((tx) => changeModel(tx, core.ports, room, id))
  return presentDataset(room, store, await requireDataset(store, id))
}
