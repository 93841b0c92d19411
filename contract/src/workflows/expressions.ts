// The operations on expressions: a preview, and expressions that a model writes.
import { Type } from '../type.ts'
import { defineOperation } from '../operation.ts'
import { JsonAny, JsonObject, oneOf } from '../schema.ts'
import { WorkflowProblem } from './definition.ts'
import { manageWorkflows as manage, optional, readWorkflows as read, workflowsTag as tag } from './objects.ts'
import { executionErrorCodes, expressionKinds, workflowBounds, workflowRecordBounds } from './words.ts'

export const expressionOperations = {
  evaluateExpression: defineOperation({
    id: 'evaluateExpression',
    method: 'POST',
    path: '/workflow/expressions/evaluate',
    tag,
    summary: 'Evaluate an expression over given data',
    description:
      'A preview: without secrets, and without models. A failing expression is a 200 with `error`. At most 1 MiB.',
    access: read,
    narrowed: false,
    audit: false,
    changes_nothing: true,
    waits: true,
    cost: 4,
    body: Type.Object({
      expression: Type.String({
        maxLength: workflowBounds.expression_characters,
        description: 'A text with `{{ … }}`, or without braces one JSONata expression.',
      }),
      data: optional({
        ...JsonObject,
        description: `The names that it can use: step ids, \`input\`, \`trigger\`, \`ctx\` and others. At most ${workflowRecordBounds.preview_bytes / 1024 / 1024} MiB. Default none.`,
      }),
    }),
    success: {
      status: 200,
      description: 'The value, or the error.',
      schema: Type.Object(
        {
          value: Type.Optional(JsonAny),
          error: Type.Optional(Type.Object({ code: oneOf(executionErrorCodes), message: Type.String() })),
        },
        { description: 'One of the two.' },
      ),
    },
    errors: [],
  }),
  generateExpression: defineOperation({
    id: 'generateExpression',
    method: 'POST',
    path: '/workflow/expressions/generate',
    tag,
    summary: 'Have the default model write an expression',
    description: 'Nothing is stored. The text is checked; `problems` say what is wrong with it.',
    access: manage,
    narrowed: false,
    audit: false,
    changes_nothing: true,
    waits: true,
    cost: 10,
    body: Type.Object({
      description: Type.String({ minLength: 1, maxLength: 4000, pattern: '\\S', description: 'What it is to do.' }),
      kind: oneOf(expressionKinds, '`expression`: JSONata. `cron`: a schedule of five fields.'),
    }),
    success: {
      status: 200,
      description: 'What the model wrote.',
      schema: Type.Object({ text: Type.String(), problems: Type.Array(WorkflowProblem) }),
    },
    errors: ['budget_exceeded', 'model_failed', 'model_timed_out'],
  }),
}
