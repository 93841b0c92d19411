// `knowledge_base`: searches datasets, and gives the model and later templates what was found.
import { Type } from '../type.ts'
import { nullable } from '../schema.ts'
import { agentBounds, agentDefaults } from '../agent-words.ts'
import { type FindActionFaults, actionSchema, defineAction, reservedName, resultName } from './define.ts'

const { knowledge_base: bounds } = agentBounds
const { top_n } = agentDefaults.knowledge_base

const dataset = Type.String({
  minLength: 1,
  maxLength: bounds.dataset_id,
  description: 'The id of a dataset; never a template.',
})

const KnowledgeBaseAction = actionSchema(
  'KnowledgeBaseAction',
  'knowledge_base',
  {
    dataset_id: Type.Optional(nullable(dataset)),
    dataset_ids: Type.Optional(
      nullable(
        Type.Array(dataset, {
          minItems: 1,
          maxItems: bounds.datasets_of_action,
          description: 'Several datasets, instead of `dataset_id`.',
        }),
      ),
    ),
    query: Type.Optional(
      nullable(
        Type.String({
          maxLength: 20_000,
          description: 'A template. Default: the argument `query`, else the message of the end user.',
        }),
      ),
    ),
    top_n: Type.Optional(
      nullable(
        Type.Integer({
          minimum: 1,
          maximum: bounds.top_n,
          description: `Maximum number of passages of each dataset. Default ${top_n}.`,
        }),
      ),
    ),
    min_score: Type.Optional(
      nullable(
        Type.Number({ minimum: 0, maximum: 1, description: 'Leaves out passages with a lower score. Default: none.' }),
      ),
    ),
    save_as: resultName(
      'Saves the passages under this name for later templates and the output: a list of `{number, text, source_name, url, score}`, best first. Default `passages`.',
    ),
  },
  {
    description:
      'Searches datasets. The model gets the passages as reference data of others. It fails if no dataset could be searched; that nothing was found is no failure. A tool that has only such actions counts as `idempotent`.',
  },
)

/** Which datasets are searched: at least one. */
const findDatasetFaults: FindActionFaults = (action) =>
  action['dataset_id'] == null && action['dataset_ids'] == null
    ? [{ field: 'dataset_id', message: 'is required, unless there are dataset_ids' }]
    : []

export const knowledgeBase = defineAction({
  type: 'knowledge_base',
  schema: KnowledgeBaseAction,
  templates: ['query'],
  faults: (action, names) => [...findDatasetFaults(action, names), ...reservedName('save_as')(action, names)],
  form: [
    { field: 'dataset_id', as: 'text' },
    { field: 'dataset_ids', as: 'json' },
    { field: 'query', as: 'code' },
    { field: 'top_n', as: 'number', unset: String(top_n) },
    { field: 'min_score', as: 'number' },
    { field: 'save_as', as: 'code', unset: 'passages' },
  ],
})
