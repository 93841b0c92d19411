// The search parameters of the pages about knowledge bases. Pure.
export const datasetSections = ['sources', 'try', 'questions', 'settings'] as const
export type DatasetSection = (typeof datasetSections)[number]

/** The filter of sources by state, as people think of it. */
export const sourceFilters = ['ready', 'waiting', 'failed'] as const
export type SourceFilter = (typeof sourceFilters)[number]

export interface DatasetsSearch {
  name?: string
}

export interface DatasetSearch {
  section?: DatasetSection
  /** Of sources: part of the name, and the state. */
  name?: string
  state?: SourceFilter
  /** What is tried. */
  query?: string
}

export const sourceSections = ['text', 'chunks', 'crawl'] as const
export type SourceSection = (typeof sourceSections)[number]

export interface SourceSearch {
  section?: SourceSection
  /** The knowledge base whose chunks are shown, and to which the page leads back. */
  dataset_id?: string
}

const readText = (value: unknown, most: number) =>
  typeof value === 'string' && value.trim() !== '' ? value.slice(0, most) : undefined

function withoutUndefined<T extends object>(values: { [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T
}

export function readDatasetsSearch({ name }: Record<string, unknown>): DatasetsSearch {
  return withoutUndefined<DatasetsSearch>({ name: readText(name, 200) })
}

export function readDatasetSearch({ section, name, state, query }: Record<string, unknown>): DatasetSearch {
  return withoutUndefined<DatasetSearch>({
    section: datasetSections.find((known) => known === section),
    name: readText(name, 512),
    state: sourceFilters.find((known) => known === state),
    query: readText(query, 8000),
  })
}

export function readSourceSearch({ section, dataset_id }: Record<string, unknown>): SourceSearch {
  return withoutUndefined<SourceSearch>({
    section: sourceSections.find((known) => known === section),
    dataset_id: readText(dataset_id, 64),
  })
}
