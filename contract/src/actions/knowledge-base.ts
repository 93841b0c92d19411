// `knowledge_base`: stored without effect until the server has knowledge bases.
import { Type } from 'typebox'
import { nullable } from '../schema.ts'
import { agentBounds } from '../vocabulary.ts'
import { actionSchema, defineAction } from './define.ts'

const KnowledgeBaseAction = actionSchema(
  'KnowledgeBaseAction',
  'knowledge_base',
  {
    dataset_id: Type.String({ minLength: 1, maxLength: agentBounds.knowledge_base.dataset_id }),
    query: Type.Optional(nullable(Type.String({ maxLength: 20_000, description: 'A template.' }))),
    top_n: Type.Optional(nullable(Type.Integer({ minimum: 1, maximum: 100 }))),
  },
  { description: 'Stored, but answers "not available" until the server has knowledge bases.' },
)

export const knowledgeBase = defineAction({
  type: 'knowledge_base',
  schema: KnowledgeBaseAction,
  templates: ['query'],
  form: [
    { field: 'dataset_id', as: 'text' },
    { field: 'query', as: 'code' },
    { field: 'top_n', as: 'number' },
  ],
})
