// All rows of a list, page after page.
import { type Caller, callOperation, optionsOf } from './call.ts'
import { type OperationRef, readOperation } from './operation.ts'
import type { CallOptions, Values } from './request.ts'
import type { Input, OperationId, Output } from './types.ts'

/** Operations that answer a page and where the next one begins. */
export type ListId =
  | {
      [Id in OperationId]: Output<Id> extends { data: readonly unknown[]; pagination: unknown } ? Id : never
    }[OperationId]
  | 'listConversations'

/** One row of a list. */
export type RowOf<Id extends OperationId> =
  Output<Id> extends { data: readonly (infer Row)[] } ? Row : Output<Id> extends readonly (infer Row)[] ? Row : never

/**
 * The rows of all pages, each read when it is needed. Rows that are new or gone meanwhile can be missing, as in any list; none comes
 * twice. Throws what the call throws, and an `Error` if the server answers with a cursor that it has answered before.
 */
export async function* iterate<Id extends ListId>(
  client: Caller,
  operation: OperationRef<Id>,
  input?: Omit<Input<Id>, 'cursor'> & { cursor?: string | undefined },
  options: CallOptions = {},
): AsyncGenerator<RowOf<Id>, void, undefined> {
  const read = readOperation(operation)
  const seen = new Set<string>()
  let cursor = input?.cursor
  for (;;) {
    let link: string | null = null
    const onResponse = (response: Response) => {
      link = response.headers.get('link')
      options.onResponse?.(response)
    }
    const page = await callOperation(optionsOf(client), read, { ...input, cursor } as Values, {
      ...options,
      onResponse,
    })
    const { data, pagination } = page as { data?: RowOf<Id>[]; pagination?: { next_cursor: string | null } }
    yield* data ?? (page as RowOf<Id>[])
    const next = pagination ? pagination.next_cursor : cursorOf(link)
    if (next === null) return
    if (seen.has(next)) throw new Error(`The server answered the cursor ${next} twice, so the list would never end`)
    seen.add(next)
    cursor = next
  }
}

/** The cursor in the address of the next page, in the header `Link`. */
function cursorOf(link: string | null): string | null {
  const address = /<([^>]*)>\s*;\s*rel="?next/.exec(link ?? '')?.[1]
  return address === undefined ? null : new URL(address, 'http://localhost').searchParams.get('cursor')
}
