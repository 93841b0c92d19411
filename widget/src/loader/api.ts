// `window.Parley`: one object for each widget of a page, the first also by that name; and the events that pages listen to.

type Listener = (detail: unknown) => void
export type Api = Record<string, unknown> & { id?: string; get?(id: string): Api | undefined }

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

export function on(event: string, listener: Listener): () => void {
  const entry = [event, listener] as const
  if (typeof listener === 'function') listeners.add(entry)
  else warn('Bad argument of on')
  return () => void listeners.delete(entry)
}

export function emit(name: string, detail: unknown = {}): void {
  for (const [event, listener] of [...listeners]) if (event === name) attempt(() => listener(detail))
}

/** An element with this id is `window.Parley` too. */
export const findWidget = (id: string): Api | undefined => (page.Parley as Partial<Api> | undefined)?.get?.(id)

/** Calls that the page made before are made now. A widget that is off makes room for another of its id. */
export function publish(id: string, api: Api, isOff: () => boolean): void {
  const first = page.Parley as Api | undefined
  const before = first?.get
  const isFirst = !before?.(first!.id!)
  const push = (...calls: unknown[]) => {
    for (const call of calls) {
      attempt(() => {
        const [name, ...values] = call as [string, ...unknown[]]
        const act = (api[name] as Listener | undefined) ?? (() => warn('No call', name))
        act(...(values as [unknown]))
      })
    }
  }
  Object.assign(api, { id, push })
  api.get = (name) => (name === id ? (isOff() ? undefined : api) : before?.(name))
  if (isFirst) {
    if (!page.AnyReach || page.AnyReach === first) page.AnyReach = api
    page.Parley = api
    if (Array.isArray(first)) push(...(first as unknown[]))
  } else first!.get = api.get
}
