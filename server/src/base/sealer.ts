// What seals texts, as the rooms see it; and how all that a table keeps sealed comes under a new secret key.

export interface Sealer {
  /** Of the secret key: a node whose key was replaced must seal nothing any more. */
  readonly key_fingerprint: string
  /** `context` says what the text belongs to; it can be opened with the same only. */
  seal(text: string, context: string): Buffer
  /** Throws when it was sealed with another key, for another context, or was changed. */
  open(sealed: Buffer, context: string): string
}

/** From what the old key sealed to what the new one seals; null when the old one cannot open it. */
export type Reseal = (sealed: Buffer, context: string) => Buffer | null

export interface SealedRows<Row> {
  /** In the order of the table's key; null: from the first on. */
  readAfter(after: Row | null, limit: number): Promise<Row[]>
  /** Null when the old key cannot open it: the row stays as it is. */
  reseal(row: Row): Row | null
  replace(rows: Row[]): Promise<void>
}

const batch_size = 500

/** Answers how many rows were sealed anew. */
export async function resealRows<Row>({ readAfter, reseal, replace }: SealedRows<Row>): Promise<number> {
  let count = 0
  let after: Row | null = null
  // Bounded: each round begins behind the one before.
  for (;;) {
    const sealed: Row[] = await readAfter(after, batch_size)
    const made = sealed.flatMap((row) => reseal(row) ?? [])
    if (made.length > 0) await replace(made)
    count += made.length
    if (sealed.length < batch_size) return count
    after = sealed.at(-1)!
  }
}
