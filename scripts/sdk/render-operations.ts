// Renders the table of operations that the SDK carries: one short text for each, with where its fields go and what else a client asks of it.
import type { Operation } from '@parley/contract'

const letters = { GET: 'G', POST: 'P', PUT: 'U', PATCH: 'A', DELETE: 'D' } as const

/**
 * `<letter of the method><flags><path> <fields>`: such as `Pkwo/core/conversations/{conversation_id}/end ^prefer`. What is in no list
 * belongs to the body, or to the query of operations without one. The key that makes calls safe to repeat is a flag. `sdk/src/operation.ts`
 * reads it.
 */
export function encodeOperation({ method, path, ...operation }: Operation): string {
  const { headers, query, body, upload, answer } = operation
  const names = (part: Operation['query']) => Object.keys(part?.properties ?? {})
  const fields = [
    ...names(headers)
      .filter((name) => name !== 'idempotency_key')
      .map((name) => `^${name}`),
    ...(body || upload ? names(query).map((name) => `?${name}`) : []),
    ...(operation.whole_body === undefined ? [] : [`=${operation.whole_body}`]),
  ]
  const flags = [
    headers?.properties['idempotency_key'] ? 'k' : '',
    operation.changes_nothing ? 's' : '',
    operation.waits ? 'w' : '',
    body ? (operation.body_optional ? 'o' : 'b') : '',
    operation.sign_in ? 'x' : '',
    upload?.form === 'raw' ? 'r' : upload ? 'm' : '',
    answer?.kind === 'text' ? 't' : answer?.kind === 'file' && !operation.success.schema ? 'f' : '',
  ]
  return [`${letters[method]}${flags.join('')}${path}`, ...fields].join(' ')
}

export function renderOperations(operations: Record<string, Operation>): string {
  const rows = Object.values(operations).map(
    (operation) =>
      `export const ${operation.id} = ${JSON.stringify(encodeOperation(operation))} as unknown as OperationRef<'${operation.id}'>`,
  )
  return [
    '// Generated from the contract by `npm run generate`: where the fields of each operation go. Separate values, so that a bundle has only',
    '// those that it uses.',
    "import type { OperationRef } from '../operation.ts'",
    '',
    ...rows,
    '',
  ].join('\n')
}
