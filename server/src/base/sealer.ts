// The interface for sealing texts, and the loop that seals a table's rows again under a new secret key.

export interface Sealer {
  /** Of the secret key: a node whose key was replaced must not seal anything. */
  readonly key_fingerprint: string
  /** `context` identifies the owner of the text; opening it requires the same context. */
  seal(text: string, context: string): Buffer
  /** Throws if it was sealed with another key or context, or was changed. */
  open(sealed: Buffer, context: string): string
}

/** Opens with the old key and seals with the new one; null if the old key cannot open it. */
export type Reseal = (sealed: Buffer, context: string) => Buffer | null

export interface SealedRows<Row> {
  /** The next rows in the order of the table's key; null: from the first row. */
  readAfter(after: Row | null, limit: number): Promise<Row[]>
  /** Null if the old key cannot open it: the row stays unchanged. */
  reseal(row: Row): Row | null
  replace(rows: Row[]): Promise<void>
}

const batch_size = 500

/** Returns how many rows were sealed again. */
export async function resealRows<Row>({ readAfter, reseal, replace }: SealedRows<Row>): Promise<number> {
  let count = 0
  let after: Row | null = null
  // Bounded: each round starts after the previous one.
  for (;;) {
    const sealed: Row[] = await readAfter(after, batch_size)
    const made = sealed.flatMap((row) => reseal(row) ?? [])
    if (made.length > 0) await replace(made)
    count += made.length
    if (sealed.length < batch_size) return count
    after = sealed.at(-1)!
  }
}
