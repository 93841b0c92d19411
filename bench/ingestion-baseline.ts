// What ingestion is compared with: a program that reads text files, cuts them, embeds the pieces and inserts them, and promises nothing.
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import pg from 'pg'

const piece_characters = 1000
const call_texts = 96
const calls_at_once = 4

export interface Baseline {
  database_url: string
  /** Up to `/v1`. */
  embedding_url: string
}

export async function prepareBaseline({ database_url }: Baseline): Promise<void> {
  const client = new pg.Client({ connectionString: database_url })
  await client.connect()
  await client.query(
    `create table if not exists baseline_chunks (file text not null, position integer not null, content text not null,
       text_hash bytea not null, vector bytea not null, primary key (file, position));
     alter table baseline_chunks alter column vector set storage external;
     create index if not exists baseline_texts on baseline_chunks (text_hash)`,
  )
  await client.end()
}

/** Answers how many pieces it has stored. */
export async function ingestBare({ database_url, embedding_url }: Baseline, files: readonly string[]): Promise<number> {
  const pool = new pg.Pool({ connectionString: database_url, max: calls_at_once })
  const calls = new Set<Promise<void>>()
  let stored = 0
  for (const file of files) {
    const pieces = [...cut(await readFile(file, 'utf8'))]
    for (let first = 0; first < pieces.length; first += call_texts) {
      const batch = pieces.slice(first, first + call_texts)
      while (calls.size >= calls_at_once) await Promise.race(calls)
      const call = embed(embedding_url, batch)
        .then((vectors) => insert(pool, file, first, batch, vectors))
        .then(() => void calls.delete(call))
      calls.add(call)
      stored += batch.length
    }
  }
  await Promise.all(calls)
  await pool.end()
  return stored
}

/** At white space in the last tenth, as the server cuts. */
function* cut(text: string): Generator<string> {
  for (let start = 0; start < text.length;) {
    let end = Math.min(start + piece_characters, text.length)
    const space = text.lastIndexOf(' ', end)
    if (end < text.length && space > start + piece_characters * 0.9) end = space
    yield text.slice(start, end).trim()
    start = end
  }
}

async function embed(embedding_url: string, input: string[]): Promise<Float32Array[]> {
  const answer = await fetch(`${embedding_url}/embeddings`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'stub', input }),
  })
  const { data } = (await answer.json()) as { data: { embedding: number[] }[] }
  return data.map(({ embedding }) => Float32Array.from(embedding))
}

async function insert(pool: pg.Pool, file: string, first: number, pieces: string[], vectors: Float32Array[]) {
  await pool.query(
    `insert into baseline_chunks (file, position, content, text_hash, vector)
     select $1, $2 + n.at - 1, n.content, n.hash, n.vector
     from unnest($3::text[], $4::bytea[], $5::bytea[]) with ordinality n (content, hash, vector, at)`,
    [
      file,
      first,
      pieces,
      pieces.map((piece) => createHash('sha256').update(piece).digest()),
      vectors.map((vector) => Buffer.from(vector.buffer)),
    ],
  )
}
