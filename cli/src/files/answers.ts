// What answers of the server say about what was sent.
import { type CallOptions, ApiError } from '@parley/sdk'
import type { Fault, Repeated } from './kind.ts'

/** Of a refused content; rethrows everything else. */
export function faultsOfAnswer(error: unknown): Fault[] {
  if (!(error instanceof ApiError) || (error.status !== 422 && error.status !== 413)) throw error
  return error.errors.length === 0 ? [{ path: '', message: error.message }] : error.errors
}

export function noteReplay({ onReplay }: Pick<Repeated, 'onReplay'>): CallOptions {
  return {
    onResponse: ({ headers }) => {
      if (headers.get('idempotent-replayed') === 'true') onReplay()
    },
  }
}
