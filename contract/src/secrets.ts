// Secrets of an organization: values that the requests of its tools name as `{{ secrets.NAME }}`, and that nothing ever shows.
import { Type } from 'typebox'
import { defineOperation } from './operation.ts'
import { Timestamp, named, pageOf, pageQuery } from './schema.ts'

/** Capitals only: no name is a word or a method of a template. */
export const secret_name_pattern = '^[A-Z_][A-Z0-9_]{0,63}$'

export const SecretRecord = named(
  'Secret',
  Type.Object({
    name: Type.String({ description: 'How templates name it: `{{ secrets.NAME }}`.' }),
    created_at: Timestamp,
    updated_at: Type.String({ format: 'date-time', description: 'When the value was last set.' }),
  }),
)

const secretPath = Type.Object({
  name: Type.String({
    pattern: secret_name_pattern,
    description: '1 to 64 capital letters, digits and underscores; no digit first.',
  }),
})

const tag = 'Secrets'
const manage = ['organizations:manage'] as const

export const secretOperations = {
  setSecret: defineOperation({
    id: 'setSecret',
    method: 'PUT',
    path: '/admin/secrets/{name}',
    tag,
    summary: 'Set a secret',
    description:
      'Stored encrypted and never shown again. Seen by the templates of `http` actions (`url`, `headers`, `query`, `body`) as `{{ secrets.NAME }}`, from the next call on; where an API sends it back, results have `[secret NAME]` in its place, if it has 4 characters or more. Whoever holds `agents:manage` can use every secret, also in an inline `agent_config`; nobody else can. `OPENAI_API_KEY`, `ANTHROPIC_API_KEY`, `GOOGLE_GENERATIVE_AI_API_KEY`, and `AZURE_API_KEY` with `AZURE_RESOURCE_NAME`, also serve this organization’s model calls in place of the server’s own. An organization has at most 200, whose values have at most 65,536 bytes together unless the server is set otherwise.',
    access: manage,
    narrowed: false,
    params: secretPath,
    body: Type.Object({
      value: Type.String({ minLength: 1, maxLength: 8192, description: '1 to 8192 characters, kept as they are.' }),
    }),
    success: { status: 200, description: 'The secret, without its value.', schema: SecretRecord },
    errors: ['too_many_secrets', 'secrets_too_large', 'unavailable'],
  }),
  listSecrets: defineOperation({
    id: 'listSecrets',
    method: 'GET',
    path: '/admin/secrets',
    tag,
    summary: 'List the names of secrets, newest first',
    access: manage,
    narrowed: false,
    query: Type.Object(pageQuery),
    success: { status: 200, description: 'A page of secrets, without their values.', schema: pageOf(SecretRecord) },
    errors: [],
  }),
  deleteSecret: defineOperation({
    id: 'deleteSecret',
    method: 'DELETE',
    path: '/admin/secrets/{name}',
    tag,
    summary: 'Delete a secret',
    description: 'Templates that name it render nothing in its place from the next call on.',
    access: manage,
    narrowed: false,
    params: Type.Object({ name: Type.String() }),
    success: { status: 204, description: 'Deleted.' },
    errors: ['not_found'],
  }),
}
