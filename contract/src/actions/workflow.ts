// `workflow`: stored without effect until the server has workflows.
import { Type } from 'typebox'
import { JsonObject, nullable } from '../schema.ts'
import { actionSchema, defineAction } from './define.ts'

const WorkflowAction = actionSchema(
  'WorkflowAction',
  'workflow',
  {
    workflow_id: Type.String({ minLength: 1, maxLength: 200 }),
    workflow_version: Type.Optional(
      Type.Unsafe<string | number | null>({ type: ['string', 'integer', 'null'], maxLength: 200 }),
    ),
    input: Type.Optional(nullable(JsonObject)),
  },
  { description: 'Stored, but answers "not available" until the server has workflows.' },
)

export const workflow = defineAction({
  type: 'workflow',
  schema: WorkflowAction,
  templates: [],
  form: [
    { field: 'workflow_id', as: 'text' },
    { field: 'workflow_version', as: 'text' },
    { field: 'input', as: 'json' },
  ],
})
