// Secrets of an organization: values that the requests of its tools use as `{{ secrets.NAME }}` and that are never shown.
import { Type } from './type.ts'
import { defineOperation } from './operation.ts'
import { Timestamp, named, pageOf, pageQuery } from './schema.ts'

/** Only capitals, so no name is a keyword or a method of a template. */
export const secret_name_pattern = '^[A-Z_][A-Z0-9_]{0,63}$'

export const SecretRecord = named(
  'Secret',
  Type.Object({
    name: Type.String({ description: 'Templates use it as `{{ secrets.NAME }}`.' }),
    created_at: Timestamp,
    updated_at: Type.String({ format: 'date-time', description: 'When the value was last set.' }),
  }),
)

const secretPath = Type.Object({
  name: Type.String({
    pattern: secret_name_pattern,
    description: '1 to 64 capital letters, digits and underscores, not starting with a digit.',
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
      'The value is stored encrypted and never shown again. From the next call on, the templates of `http` actions (`url`, `headers`, `query`, `body`) can use it as `{{ secrets.NAME }}`. If an API sends it back, results show `[secret NAME]` instead, provided the value has at least 4 characters. Every caller with `agents:manage` can use every secret, also in an inline `agent_config`; no one else can. `OPENAI_API_KEY`, `ANTHROPIC_API_KEY`, `GOOGLE_GENERATIVE_AI_API_KEY`, and `AZURE_API_KEY` with `AZURE_RESOURCE_NAME`, also replace the server’s own keys in this organization’s model calls. An organization has at most 200 secrets, whose values have at most 65,536 bytes in total unless the server is configured otherwise.',
    access: manage,
    narrowed: false,
    audit: { target: 'secret', id: 'name', secrets: ['value'] },
    params: secretPath,
    body: Type.Object({
      value: Type.String({ minLength: 1, maxLength: 8192, description: '1 to 8192 characters, stored as sent.' }),
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
    audit: false,
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
    description: 'From the next call on, templates that use it render it as empty.',
    access: manage,
    narrowed: false,
    audit: { target: 'secret', id: 'name' },
    params: Type.Object({ name: Type.String() }),
    success: { status: 204, description: 'Deleted.' },
    errors: ['not_found'],
  }),
}
