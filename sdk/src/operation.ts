// What a client knows of an operation: a short text that the build makes from the contract, and what it says once it is read.
import type { OperationId } from './types.ts'

declare const operation_id: unique symbol

/** One of `operations`. */
export type OperationRef<Id extends OperationId = OperationId> = string & { readonly [operation_id]: Id }

export interface Operation {
  method: string
  /** With `{name}` for each path parameter. */
  path: string
  /** Input fields that are headers. */
  headers: string[]
  /** Input fields that belong to the query although there is a body. */
  query: string[]
  /** The field that is the whole body. */
  whole: string | undefined
  /** Whether it has a trait; `scripts/sdk/render-operations.ts` has the list. */
  is(trait: Trait): boolean
}

const traits = {
  keyed: 'k',
  changes_nothing: 's',
  waits: 'w',
  body: 'b',
  optional_body: 'o',
  sign_in: 'x',
  raw_upload: 'r',
  form_upload: 'm',
  text: 't',
  file: 'f',
} as const

export type Trait = keyof typeof traits

const methods: Record<string, string> = { G: 'GET', P: 'POST', U: 'PUT', A: 'PATCH', D: 'DELETE' }

export function readOperation(ref: OperationRef): Operation {
  const [start, ...fields] = ref.split(' ') as [string, ...string[]]
  const slash = start.indexOf('/')
  const flags = start.slice(1, slash)
  const marked = (mark: string) => fields.filter((field) => field[0] === mark).map((field) => field.slice(1))
  return {
    method: methods[start[0]!]!,
    path: start.slice(slash),
    headers: marked('^'),
    query: marked('?'),
    whole: marked('=')[0],
    is: (trait) => flags.includes(traits[trait]),
  }
}
