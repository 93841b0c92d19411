// What is written in the settings of a knowledge base, its faults, and which changes are sent. Pure.
import type { ChunkingMethod, Dataset, DatasetLanguage, KnowledgeCapabilities } from '@parley/contract'
import type { Input } from '@parley/sdk'
import { datasetSettingsTexts as words } from './texts.ts'

export interface GeneralForm {
  name: string
  description: string
  language: DatasetLanguage
  method: ChunkingMethod
  chunk_size: string
  chunk_overlap: string
}

type Changes = Omit<Input<'updateDataset'>, 'dataset_id'>

export function generalOf({ name, description, language, chunking_strategy: chunking }: Dataset): GeneralForm {
  return {
    ...{ name, language, method: chunking.method },
    description: description ?? '',
    chunk_size: String(chunking.chunk_size),
    chunk_overlap: String(chunking.chunk_overlap),
  }
}

const readWhole = (text: string) => (/^\d{1,7}$/.test(text.trim()) ? Number(text) : NaN)

export function checkGeneral(form: GeneralForm): { chunk_size?: string; chunk_overlap?: string } {
  const [size, overlap] = [readWhole(form.chunk_size), readWhole(form.chunk_overlap)]
  return {
    ...(size >= 100 && size <= 8000 ? {} : { chunk_size: words.badSize }),
    ...(overlap >= 0 && overlap <= size / 2 ? {} : { chunk_overlap: words.badOverlap }),
  }
}

/** Only what differs is sent: another way of cutting makes every source again. */
export function changesOf(dataset: Dataset, form: GeneralForm): Changes {
  const before = generalOf(dataset)
  const chunking = {
    method: form.method,
    chunk_size: readWhole(form.chunk_size),
    chunk_overlap: readWhole(form.chunk_overlap),
  }
  const { method, chunk_size, chunk_overlap } = dataset.chunking_strategy
  const isCutAnew =
    chunking.method !== method || chunking.chunk_size !== chunk_size || chunking.chunk_overlap !== chunk_overlap
  const description = form.description.trim()
  return {
    ...(form.name.trim() === before.name ? {} : { name: form.name.trim() }),
    ...(description === before.description ? {} : { description: description === '' ? null : description }),
    ...(form.language === before.language ? {} : { language: form.language }),
    ...(isCutAnew ? { chunking_strategy: chunking } : {}),
  }
}

export interface ModelForm {
  /** `provider/model` of a known one, `other`, or empty for none. */
  choice: string
  other: string
  dimension: string
}

export const other_model = 'other'

type NamedModel = Pick<Dataset, 'embedding_provider' | 'embedding_model'>

/** As it is chosen: `provider/model`. Empty without one. */
export function nameModel({ embedding_provider, embedding_model }: NamedModel): string {
  if (embedding_model === null) return ''
  return embedding_provider === null ? embedding_model : `${embedding_provider}/${embedding_model}`
}

export function modelOf(dataset: Dataset): ModelForm {
  return { choice: nameModel(dataset), other: '', dimension: '' }
}

/** The models to choose from: those that the server knows, and the one in use. */
export function listModels(dataset: Dataset, capabilities: KnowledgeCapabilities | undefined): string[] {
  const known = capabilities?.embedding_models.map(({ provider, model }) => `${provider}/${model}`) ?? []
  return [...new Set([nameModel(dataset), ...known])].filter((name) => name !== '')
}

export function checkModel({ choice, other, dimension }: ModelForm): { other?: string; dimension?: string } {
  const number = readWhole(dimension)
  return {
    ...(choice === other_model && other.trim() === '' ? { other: words.otherMissing } : {}),
    ...(dimension.trim() === '' || (number >= 64 && number <= 4096) ? {} : { dimension: words.badDimension }),
  }
}

export interface ModelChange {
  embedding_model: string
  embedding_dimension: number | null
  provider: string
  /** How many chunks the provider gets. */
  chunks: number
}

/** Null if the model stays as it is. While another is being filled, the old one can be chosen: it has all of its vectors. */
export function modelChange(dataset: Dataset, form: ModelForm): ModelChange | null {
  const embedding_model = form.choice === other_model ? form.other.trim() : form.choice
  const embedding_dimension = form.dimension.trim() === '' ? null : readWhole(form.dimension)
  const isSameModel = embedding_model === nameModel(dataset)
  const isSameDimension = embedding_dimension === null || embedding_dimension === dataset.embedding_dimension
  const isOld = isSameModel && isSameDimension
  if (embedding_model === '' || (isOld && dataset.reembedding === null)) return null
  const [provider] = embedding_model.includes('/') ? embedding_model.split('/') : [dataset.embedding_provider]
  return {
    embedding_model,
    embedding_dimension: isOld ? dataset.embedding_dimension : embedding_dimension,
    provider: provider ?? words.unknownProvider,
    chunks: isOld ? 0 : dataset.counts.chunks,
  }
}
