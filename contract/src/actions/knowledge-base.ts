// `knowledge_base`: stored without effect until the server has knowledge bases.
import { Type } from 'typebox'
import { nullable } from '../schema.ts'
import { agentBounds } from '../vocabulary.ts'
import { type FindActionFaults, actionSchema, defineAction, reservedName, resultName } from './define.ts'

const dataset = Type.String({ minLength: 1, maxLength: agentBounds.knowledge_base.dataset_id })

const KnowledgeBaseAction = actionSchema(
  'KnowledgeBaseAction',
  'knowledge_base',
  {
    dataset_id: Type.Optional(nullable(dataset)),
    dataset_ids: Type.Optional(
      nullable(
        Type.Array(dataset, {
          minItems: 1,
          maxItems: agentBounds.knowledge_base.datasets_of_action,
          description: 'Several datasets, instead of `dataset_id`.',
        }),
      ),
    ),
    query: Type.Optional(nullable(Type.String({ maxLength: 20_000, description: 'A template.' }))),
    top_n: Type.Optional(nullable(Type.Integer({ minimum: 1, maximum: 100 }))),
    min_score: Type.Optional(nullable(Type.Number())),
    save_as: resultName('Saves the passages under this name for later templates. Default `passages`.'),
  },
  { description: 'Stored, but answers "not available" until the server has knowledge bases.' },
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
    { field: 'query', as: 'code' },
    { field: 'top_n', as: 'number' },
  ],
})
