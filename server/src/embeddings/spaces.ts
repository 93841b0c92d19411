// Spaces of an organization, and which one a dataset's wishes mean: by the settings of the server and the organization's own keys.
import type { Core } from '../calls/core.ts'
import { type Executor, statement } from '../database/database.ts'
import type { Store, TransactionStore } from '../database/store.ts'
import { chooseOwnSettings, listKeyNames } from '../models/rules/own-keys.ts'
import { readSecrets } from '../secrets/secrets.ts'
import { type EmbeddingSettings, callableWith, isOpenAi } from './adapters/embedding-models.ts'
import type { DatasetModel, DescribedModel, EmbeddingOffers, Space, WantedModel } from './port.ts'
import { defaultDimension, offered_models, ownDimension } from './rules/known-models.ts'
import { type EmbeddingModelRef, isModelName, resolveModelName, splitModelName } from './rules/model-name.ts'
import { defaultModelOf, embeddingSettings } from './settings.ts'

type Part = Pick<Core, 'config' | 'sealers'>

const key_providers = ['openai', 'google', 'azure'].map((provider) => ({ provider, model: '' }))

/** The organization's own keys come before the server's. They are read each time, so a deleted key is not used again. */
export async function readSettings(core: Part, store: Store): Promise<EmbeddingSettings> {
  const { config } = core
  const names = listKeyNames(key_providers, config)
  const own = names.length === 0 ? {} : chooseOwnSettings(config, await readSecrets(core, store, names))
  return { providers: { ...config.providers, ...own }, server: config.of(embeddingSettings).server }
}

interface Wish {
  ref: EmbeddingModelRef
  /** Null: the model's own. */
  asked_dimension: number | null
}

/** Null: no model, or none that can be called. */
function resolveWish(core: Part, settings: EmbeddingSettings, wanted: WantedModel): Wish | null {
  const { model: of_server, dimension } = core.config.of(embeddingSettings)
  const callable = callableWith(settings)
  const usual = of_server ?? defaultModelOf(callable)
  const ref = wanted.embedding_model === null ? usual : resolveModelName(wanted.embedding_model, callable, usual)
  if (ref === null || !isModelName(ref)) return null
  const isUsual = ref.provider === of_server?.provider && ref.model === of_server.model
  const asked = wanted.embedding_dimension ?? (isUsual ? dimension : null) ?? defaultDimension(ref.model)
  return { ref, asked_dimension: asked === ownDimension(ref.model) ? null : asked }
}

const columns = 'id, provider, model, asked_dimension, dimension'

const addStatement = statement(
  'add_embedding_space',
  `insert into embedding_spaces (id, organization_id, provider, model, asked_dimension, dimension)
   values ($1, $2, $3, $4, $5, $6)
   on conflict (organization_id, provider, model, asked_dimension) do update set model = excluded.model
   returning ${columns}`,
)

const findLikeStatement = statement(
  'find_embedding_space_like',
  `select ${columns} from embedding_spaces
   where organization_id = $1 and provider = $2 and model = $3 and (asked_dimension is not distinct from $4 or dimension = $4)
   order by asked_dimension is not distinct from $4 desc limit 1`,
)

export async function spaceFor(
  core: Part & Pick<Core, 'ports'>,
  tx: TransactionStore,
  wanted: WantedModel,
): Promise<Space | null> {
  const wish = resolveWish(core, await readSettings(core, tx), wanted)
  if (wish === null) return null
  const { ref, asked_dimension } = wish
  const like = [tx.organization_id, ref.provider, ref.model, asked_dimension]
  const [found] = await tx.query<Space>(findLikeStatement, like)
  if (found) return found
  const dimension = asked_dimension ?? ownDimension(ref.model)
  const [space] = await tx.query<Space>(addStatement, [core.ports.newId(), ...like, dimension])
  return space!
}

const readStatement = statement(
  'read_embedding_spaces',
  `select ${columns} from embedding_spaces where organization_id = $1 and id = any($2::uuid[])`,
)

export async function findSpaces(store: Store, ids: readonly string[]): Promise<Map<string, Space>> {
  if (ids.length === 0) return new Map()
  const spaces = await store.query<Space>(readStatement, [store.organization_id, ids])
  return new Map(spaces.map((space) => [space.id, space]))
}

const learnStatement = statement(
  'learn_embedding_dimension',
  `update embedding_spaces set dimension = coalesce(dimension, $3) where organization_id = $1 and id = $2 returning dimension`,
)

/** Answers what the space has, which another node may have learned first. */
export async function learnDimension(tx: Executor & Store, space_id: string, dimension: number): Promise<number> {
  const [learned] = await tx.query<{ dimension: number }>(learnStatement, [tx.organization_id, space_id, dimension])
  return learned!.dimension
}

export async function describeModels(
  core: Part,
  store: Store,
  datasets: readonly DatasetModel[],
): Promise<DescribedModel[]> {
  const ids = datasets.flatMap(({ space_id }) => space_id ?? [])
  const settings = await readSettings(core, store)
  const spaces = await findSpaces(store, ids)
  return datasets.map((dataset) => {
    const space = dataset.space_id === null ? undefined : spaces.get(dataset.space_id)
    if (!space) return { ...describeWish(core, settings, dataset), uncallable: null }
    return { ...describeSpace(space, settings), uncallable: findUncallable(core, settings, dataset, space) }
  })
}

type Described = Omit<DescribedModel, 'uncallable'>

function describeSpace({ provider, model, dimension }: Space, settings: EmbeddingSettings): Described {
  const isCallable = callableWith(settings).has(provider as EmbeddingModelRef['provider'])
  return { provider, model, dimension, reason: isCallable ? null : 'embedding_model_unavailable' }
}

function describeWish(core: Part, settings: EmbeddingSettings, dataset: DatasetModel): Described {
  const wish = resolveWish(core, settings, dataset)
  const { embedding_model, embedding_dimension, next_space_id, has_chunks } = dataset
  if (wish !== null) {
    const dimension = wish.asked_dimension ?? ownDimension(wish.ref.model)
    // Chunks may serve before the minute in which their model is found.
    return { ...wish.ref, dimension, reason: has_chunks || next_space_id !== null ? 'embedding' : null }
  }
  if (embedding_model === null) return { provider: null, model: null, dimension: null, reason: 'no_embedding_model' }
  return { ...describeNamed(embedding_model, embedding_dimension), reason: 'embedding_model_unavailable' }
}

function describeNamed(embedding_model: string, embedding_dimension: number | null) {
  const named = splitModelName(embedding_model)
  return { ...named, dimension: embedding_dimension ?? defaultDimension(named.model) ?? ownDimension(named.model) }
}

/** Not of a space that is what the dataset names: `reason` says that of it. */
function findUncallable(
  core: Part,
  settings: EmbeddingSettings,
  dataset: DatasetModel,
  space: Space,
): DescribedModel['uncallable'] {
  const { embedding_model, embedding_dimension } = dataset
  if (embedding_model === null || resolveWish(core, settings, dataset) !== null) return null
  const { provider, model, dimension } = describeNamed(embedding_model, embedding_dimension)
  const isOfModel = model === space.model && (provider ?? space.provider) === space.provider
  const isOfDimension =
    embedding_dimension === null || embedding_dimension === (space.asked_dimension ?? space.dimension)
  return isOfModel && isOfDimension ? null : { model, dimension }
}

export async function listOffers(core: Part, store: Store): Promise<EmbeddingOffers> {
  const settings = await readSettings(core, store)
  const usual = resolveWish(core, settings, { embedding_model: null, embedding_dimension: null })
  const offerOf = ({ ref, asked_dimension }: Wish) => ({
    ...ref,
    dimension: asked_dimension ?? ownDimension(ref.model),
  })
  const callable = [...callableWith(settings)].filter((provider) => provider !== 'openai' || isOpenAi(settings))
  const known = callable.flatMap((provider) =>
    (offered_models[provider] ?? []).map((model) =>
      offerOf({ ref: { provider, model }, asked_dimension: defaultDimension(model) }),
    ),
  )
  const default_model = usual && offerOf(usual)
  const isListed = known.some(
    ({ provider, model }) => provider === default_model?.provider && model === default_model.model,
  )
  return { models: default_model && !isListed ? [default_model, ...known] : known, default_model }
}
