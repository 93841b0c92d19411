// Remembers the keyed hashes of addresses, visitors and conversations that are in use: every message needs several.
import { LRUCache } from 'lru-cache'
import type { Signer } from '../sealing/seal.ts'

const most = 20_000

export function rememberSignatures(sign: Signer): Signer {
  const known = new LRUCache<string, Buffer>({ max: most })
  return (text) => {
    const signature = known.get(text) ?? sign(text)
    known.set(text, signature)
    return signature
  }
}
