// The definition of a workflow in its one form: the schema that validates, that is published and that answers have.
import type { Static, TProperties, TSchema, TUnsafe } from 'typebox'
import { Type } from '../type.ts'
import { named, nullable, oneOf } from '../schema.ts'
import {
  AppConfig,
  CodeConfig,
  ConditionConfig,
  HttpConfig,
  InputConfig,
  NoteConfig,
  OutputConfig,
  WaitConfig,
} from './step-configs.ts'
import { TriggerConfig } from './trigger-configs.ts'
import {
  type StepType,
  keepRules,
  problemCodes,
  workflowBounds as bounds,
  workflowDefaults as defaults,
} from './words.ts'

const { retry } = bounds

export const WorkflowRetry = named(
  'WorkflowRetry',
  Type.Object(
    {
      max_attempts: Type.Optional(
        nullable(
          Type.Integer({
            minimum: 1,
            maximum: retry.max_attempts,
            description: `Default ${defaults.retry.max_attempts}.`,
          }),
        ),
      ),
      backoff_seconds: Type.Optional(
        nullable(
          Type.Number({
            minimum: 0,
            maximum: retry.backoff_seconds,
            description: `Before the second attempt. Default ${defaults.retry.backoff_seconds}.`,
          }),
        ),
      ),
      factor: Type.Optional(
        nullable(
          Type.Number({
            minimum: 1,
            maximum: retry.factor,
            description: `By which each further delay is longer. Default ${defaults.retry.factor}.`,
          }),
        ),
      ),
      max_backoff_seconds: Type.Optional(
        nullable(
          Type.Number({
            minimum: 0,
            maximum: retry.max_backoff_seconds,
            description: `Default ${defaults.retry.max_backoff_seconds}.`,
          }),
        ),
      ),
    },
    {
      description:
        'Further attempts after 429, 5xx, no connection and `ai_failed`; after a timeout only if the step is idempotent. Delays vary at random.',
    },
  ),
)
export type WorkflowRetry = Static<typeof WorkflowRetry>

const aiModel = (description: string) =>
  Type.Optional(
    nullable(Type.String({ maxLength: bounds.ai_model, pattern: '^(small|standard|[^/\\s]+/\\S+)$', description })),
  )

export const WorkflowSettings = named(
  'WorkflowSettings',
  Type.Object({
    timeout_seconds: Type.Optional(
      nullable(
        Type.Integer({
          minimum: bounds.timeout_seconds.least,
          maximum: bounds.timeout_seconds.most,
          description: `An execution that takes longer, not counting waits and the queue, fails. Default ${defaults.settings.timeout_seconds}.`,
        }),
      ),
    ),
    retry: Type.Optional({
      ...nullable(WorkflowRetry),
      description: 'For steps without `retry`; not in synchronous executions.',
    }),
    max_steps: Type.Optional(
      nullable(
        Type.Integer({
          minimum: bounds.max_steps.least,
          maximum: bounds.max_steps.most,
          description: `Visits of an execution. Default ${defaults.settings.max_steps}.`,
        }),
      ),
    ),
    max_concurrent: Type.Optional(
      nullable(
        Type.Integer({
          minimum: bounds.max_concurrent.least,
          maximum: bounds.max_concurrent.most,
          description: 'Executions at once, those that wait included; the others stay queued. Default null: no limit.',
        }),
      ),
    ),
    keep: Type.Optional(
      nullable(
        oneOf(
          keepRules,
          `Of which executions inputs and outputs are kept after the end. Default \`${defaults.settings.keep}\`.`,
        ),
      ),
    ),
    ai_model: aiModel(`\`small\`, \`standard\` or \`provider/model\`. Default \`${defaults.settings.ai_model}\`.`),
  }),
)

const common = {
  id: Type.String({
    pattern: `^[A-Za-z0-9_-]{1,${bounds.id}}$`,
    description: 'Unique within the definition. Expressions name the step by it.',
  }),
  name: Type.Optional(
    nullable(
      Type.String({
        minLength: 1,
        maxLength: bounds.name,
        pattern: '\\S',
        description: 'Expressions can name the step by it, in backticks. Default: the id.',
      }),
    ),
  ),
  description: Type.Optional(nullable(Type.String({ maxLength: bounds.description }))),
  next: Type.Optional(
    nullable(
      Type.Record(Type.String(), Type.String({ maxLength: bounds.id }), {
        description:
          'By port, the id of the step that follows. Ports: `default`; the branches of a condition; `error`, of every type but trigger, input and note.',
      }),
    ),
  ),
  retry: Type.Optional(nullable(WorkflowRetry)),
  idempotent: Type.Optional(
    nullable(
      Type.Boolean({
        description:
          'Whether the step may be repeated if its outcome is unknown. Default: what has no effects; `http` with GET, HEAD, OPTIONS, PUT and DELETE; tools that say so.',
      }),
    ),
  ),
  max_visits: Type.Optional(
    nullable(
      Type.Integer({
        minimum: bounds.max_visits.least,
        maximum: bounds.max_visits.most,
        description: 'Visits of this step in an execution; the next one fails with `loop_limit`. Default: no limit.',
      }),
    ),
  ),
  ai_model: aiModel("Of the step's `${ … }`. Default: that of the settings."),
  position: Type.Optional(
    nullable(Type.Object({ x: Type.Number(), y: Type.Number() }, { description: 'In the editor, in pixels.' })),
  ),
} satisfies TProperties

function step<const T extends StepType, C extends TSchema>(name: string, type: T, config: C, description: string) {
  return named(
    name,
    Type.Object({ id: common.id, type: Type.Unsafe<T>({ const: type }), config, ...rest }, { description }),
  )
}
const { id: _id, ...rest } = common

/** The schema of a step of each type. */
export const stepSchemas = {
  trigger: step('WorkflowTriggerStep', 'trigger', TriggerConfig, 'An entry. Its output is the payload.'),
  input: step('WorkflowInputStep', 'input', InputConfig, 'An entry. Its output is the checked values.'),
  code: step('WorkflowCodeStep', 'code', CodeConfig, 'Runs JavaScript. Its output is what it returns.'),
  condition: step(
    'WorkflowConditionStep',
    'condition',
    ConditionConfig,
    "Chooses a way. Its output is the branch's name, null for `default`.",
  ),
  http: step('WorkflowHttpStep', 'http', HttpConfig, 'Sends a request. Its output is `{status_code, headers, body}`.'),
  app: step('WorkflowAppStep', 'app', AppConfig, "Calls a tool of a connection. Its output is the tool's answer."),
  output: step('WorkflowOutputStep', 'output', OutputConfig, 'Ends the path with an output.'),
  wait: step('WorkflowWaitStep', 'wait', WaitConfig, 'Waits. Its output is `{waited_seconds, resumed, data}`.'),
  note: step('WorkflowNoteStep', 'note', NoteConfig, 'A remark in the graph; never visited.'),
} as const satisfies Record<StepType, TSchema>

export const WorkflowStep = named('WorkflowStep', Type.Union(Object.values(stepSchemas)))

export const WorkflowDefinition = named(
  'WorkflowDefinition',
  Type.Object(
    {
      schema_version: Type.Unsafe<1>({ const: 1 }),
      settings: Type.Optional(nullable(WorkflowSettings)),
      nodes: Type.Array(WorkflowStep as unknown as TUnsafe<WorkflowStep>, {
        maxItems: bounds.steps,
        description: 'The steps, in any order.',
      }),
    },
    { description: 'A graph of steps. Unknown keys are stored as sent and named in `warnings`.' },
  ),
)

export type StepOf<T extends StepType> = Static<(typeof stepSchemas)[T]>
export type WorkflowStep = { [T in StepType]: StepOf<T> }[StepType]
export type WorkflowDefinition = Static<typeof WorkflowDefinition>
export type WorkflowSettings = Static<typeof WorkflowSettings>

export const WorkflowProblem = named(
  'WorkflowProblem',
  Type.Object({
    path: Type.String({ description: 'Where, such as `definition.nodes.2.config.url`.' }),
    code: oneOf(problemCodes),
    message: Type.String({ description: 'What is wrong, and what to do.' }),
  }),
)
export type WorkflowProblem = Static<typeof WorkflowProblem>
