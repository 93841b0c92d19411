// Vectors of a real model for measurements: an OpenAI-compatible `/embeddings` at `--model-url`, with the name of its model in `--model`.

export interface RealModel {
  name: string
  embed(texts: readonly string[]): Promise<Float32Array[]>
}

const texts_at_once = 96

/** Null: none is named. */
export function readRealModel(options: { model_url: string | undefined; model: string | undefined }): RealModel | null {
  const { model_url: url, model } = options
  if (url === undefined || model === undefined) return null
  return {
    name: model,
    async embed(texts) {
      const vectors: Float32Array[] = []
      for (let at = 0; at < texts.length; at += texts_at_once) {
        vectors.push(...(await askModel(url, model, texts.slice(at, at + texts_at_once))))
      }
      return vectors
    },
  }
}

async function askModel(url: string, model: string, input: readonly string[]): Promise<Float32Array[]> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model, input }),
  })
  if (!response.ok) throw new Error(`the embedding server answers ${response.status}`)
  const { data } = (await response.json()) as { data: { embedding: number[] }[] }
  return data.map(({ embedding }) => {
    const length = Math.hypot(...embedding)
    return Float32Array.from(embedding, (value) => value / length)
  })
}
