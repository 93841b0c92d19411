// A tool call's arguments as the request that HTTP would have got: path, query, headers and body. Pure.
import { type Operation, headerName } from '@parley/contract'

export type Arguments = Readonly<Record<string, unknown>>

export interface RequestParts {
  /** Path and query. */
  url: string
  params: Record<string, string>
  query: Record<string, string | string[]>
  headers: Record<string, string>
  /** Undefined: none. */
  body: unknown
}

/** Without its values a path cannot be written. */
export function findMissing({ params }: Operation, given: Arguments): string[] {
  return Object.keys(params?.properties ?? {}).filter((name) => textOf(given, name) === undefined)
}

export function requestOf(operation: Operation, given: Arguments): RequestParts {
  const [inPath, inQuery, inHeaders] = [operation.params, operation.query, operation.headers].map((part) =>
    Object.keys(part?.properties ?? {}),
  ) as [string[], string[], string[]]
  const params = Object.fromEntries(inPath.map((name) => [name, textOf(given, name) ?? '']))
  const query: RequestParts['query'] = Object.fromEntries(
    inQuery.flatMap((name): [string, string | string[]][] => {
      const value = Object.hasOwn(given, name) ? given[name] : undefined
      if (value === undefined || value === null) return []
      return [[name, Array.isArray(value) ? value.map(toText) : toText(value)]]
    }),
  )
  // Who calls a tool wants JSON, where HTTP sends a text unless it is asked for it.
  if (operation.answer?.kind === 'text' && inQuery.includes('format')) query['format'] ??= 'json'
  const headers = Object.fromEntries(
    inHeaders.flatMap((name): [string, string][] => {
      const value = textOf(given, name)
      return value === undefined ? [] : [[headerName(name).toLowerCase(), value]]
    }),
  )
  const path = operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(params[name]!.toWellFormed()),
  )
  const search = new URLSearchParams(
    Object.entries(query).flatMap(([name, value]) => [value].flat().map((one): [string, string] => [name, one])),
  )
  const url = search.size === 0 ? path : `${path}?${search}`
  const elsewhere = new Set([...inPath, ...inQuery, ...inHeaders])
  return { url, params, query, headers, body: bodyOf(operation, given, elsewhere) }
}

/** What is in no other part is the body, also where it is not declared: so it is judged as HTTP judges it. */
function bodyOf({ body, body_optional, whole_body, foreign }: Operation, given: Arguments, elsewhere: Set<string>) {
  if (foreign) return Buffer.from(Object.hasOwn(given, 'body') ? JSON.stringify(given['body']) : '')
  if (!body) return undefined
  if (whole_body !== undefined) return Object.hasOwn(given, whole_body) ? given[whole_body] : undefined
  // As entries: an assignment would take the name `__proto__` for something else.
  const sent = Object.entries(given).filter(([name]) => !elsewhere.has(name))
  return body_optional && sent.length === 0 ? undefined : Object.fromEntries(sent)
}

function textOf(given: Arguments, name: string): string | undefined {
  const value = Object.hasOwn(given, name) ? given[name] : undefined
  return value === undefined || value === null ? undefined : toText(value)
}

function toText(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

/** What the operation takes, where that is no JSON; undefined: it takes JSON. */
export function foreignContent({ body, upload }: Operation): string | undefined {
  if (!upload || body) return undefined
  return upload.form === 'raw' ? 'application/octet-stream' : 'multipart/form-data'
}
