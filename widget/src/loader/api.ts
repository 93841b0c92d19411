// `window.Parley`: what a page can call. A wrong call is one warning, never an exception.

type Listener = (detail: unknown) => void

export interface Events {
  on(event: string, listener: Listener): () => void
  emit(event: string, detail?: unknown): void
}

export function createEvents(): Events {
  const listeners = new Map<string, Set<Listener>>()
  return {
    on(event, listener) {
      const all = listeners.get(event) ?? new Set()
      listeners.set(event, all.add(listener))
      return () => void all.delete(listener)
    },
    emit(event, detail = {}) {
      for (const listener of listeners.get(event) ?? []) attempt(() => listener(detail))
    },
  }
}

export function attempt<T>(act: () => T): T | undefined {
  try {
    return act()
  } catch (error) {
    console.error('[Parley]', error)
    return undefined
  }
}

export type Api = Record<string, unknown> & { push(...calls: unknown[]): number; get(id: string): Api | undefined }

interface ParleyWindow {
  Parley?: Partial<Api> | unknown[]
  AnyReach?: unknown
}

const page = window as unknown as ParleyWindow

export const findWidget = (id: string): Api | undefined =>
  Array.isArray(page.Parley) ? undefined : page.Parley?.get?.(id)

/** The first widget of a page is `window.Parley`; each is found by `Parley.get(id)`. Calls that came before it are made now. */
export function publish(id: string, own: Record<string, unknown>): Api {
  const first = Array.isArray(page.Parley) ? undefined : (page.Parley as (Api & { all?: Map<string, Api> }) | undefined)
  const all = first?.all ?? new Map<string, Api>()
  const api = Object.defineProperties(
    {
      get: (name: string) => all.get(name),
      push(...calls: unknown[]) {
        for (const call of calls) makeCall(api, call)
        return calls.length
      },
    },
    { ...Object.getOwnPropertyDescriptors(own), all: { value: all } },
  ) as Api
  all.set(id, api)
  if (first?.get) return api
  const waiting = Array.isArray(page.Parley) ? page.Parley : []
  page.Parley = api
  page.AnyReach ??= api
  // After this script, so that a call that fails stops nothing.
  queueMicrotask(() => api.push(...waiting))
  return api
}

function makeCall(api: Api, call: unknown): void {
  const [name, ...values] = Array.isArray(call) ? call : [call]
  const method = Object.hasOwn(api, name as string) ? api[name as string] : undefined
  if (typeof method === 'function') attempt(() => method(...values))
  else console.warn('[Parley] There is no', name)
}
