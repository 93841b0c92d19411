// A generation as searches know it.

export interface IndexedGeneration {
  id: string
  /** Its short key. */
  number: number
  organization_id: string
  dataset_id: string
  /** The stemmer of its words. */
  language: string
}
