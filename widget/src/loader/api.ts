// `window.Parley`: one object for each widget of a page, the first also by that name; and the events that pages listen to.

type Listener = (detail: unknown) => void
export type Api = Record<string, unknown> & { push(...calls: unknown[]): void; get(id: string): Api | undefined }

const page = window as unknown as { Parley?: Api | unknown[]; AnyReach?: unknown }
const listeners = new Set<readonly [string, Listener]>()

export const warn = (...what: unknown[]) => console.warn('[Parley]', ...what)

/** Nothing of the widget, and no listener of the page, may throw into the page. */
export function attempt<T>(act: () => T): T | void {
  try {
    return act()
  } catch (error) {
    warn(error)
  }
}

export function on(event: string, listener: Listener): (() => void) | void {
  if (typeof listener !== 'function') return warn('on needs a function')
  const entry = [event, listener] as const
  listeners.add(entry)
  return () => void listeners.delete(entry)
}

export function emit(name: string, detail: unknown = {}): void {
  for (const [event, listener] of [...listeners]) if (event === name) attempt(() => listener(detail))
}

export const findWidget = (id: string): Api | undefined => (page.Parley as Partial<Api> | undefined)?.get?.(id)

/** Calls that the page made before are made now. */
export function publish(id: string, api: Api): void {
  const first = page.Parley
  const before = first && !Array.isArray(first) ? first.get : () => undefined
  const get = (name: string) => (name === id ? api : before(name))
  api.get = get
  api.push = (...calls) => {
    for (const [name, ...values] of calls as [string, ...unknown[]][]) {
      attempt(() => (Object.hasOwn(api, name) ? (api[name] as Listener) : warn)(...(values as [unknown])))
    }
  }
  if (first && !Array.isArray(first)) first.get = get
  else {
    page.Parley = api
    page.AnyReach ??= api
    api.push(...(first ?? []))
  }
}
