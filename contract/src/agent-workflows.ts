// The workflows around the conversations of an agent.
import { Type } from './type.ts'
import { workflowFields } from './actions/workflow.ts'
import { nullable, oneOf } from './schema.ts'
import { agentBounds, agentDefaults } from './agent-words.ts'

const workflowCondition = (seen: string) =>
  Type.Optional(
    nullable(
      Type.String({
        maxLength: agentBounds.tool.condition,
        description: `A template expression without braces over ${seen}. It is executed if the expression is truthy. Absent, null or blank: always.`,
      }),
    ),
  )

const factsBefore = '`custom_metadata`, `user_id`, `channel` and `now`'

const conversationWorkflow = {
  type: Type.Optional(nullable(oneOf(['workflow'] as const))),
  ...workflowFields,
  condition: workflowCondition(factsBefore),
}

// Not named: a named one would be a union with null, whose branch the optional `type` could not select.
const PreConversationWorkflow = Type.Object(
  {
    ...conversationWorkflow,
    timeout_seconds: Type.Optional(
      nullable(
        Type.Integer({
          minimum: 1,
          maximum: 60,
          description: `How long the conversation waits for it. Default ${agentDefaults.pre_conversation_workflow.timeout_seconds}.`,
        }),
      ),
    ),
  },
  {
    description:
      'Executed before a conversation begins, which is `triggered` until then; messages are stored and wait. Of its output, `initial_context` is appended to that of the conversation, `custom_metadata` is merged into it, and `reject: true` ends it as `cancelled`. If it fails or takes too long, the conversation begins without it, or with `reject_on_error` ends as `failed`. It goes before a live workflow with a `pre_call` trigger, which then does not run.',
  },
)
const PostConversationWorkflow = Type.Object(
  {
    ...conversationWorkflow,
    timeout_seconds: Type.Optional(
      nullable(
        Type.Integer({
          minimum: 1,
          maximum: agentBounds.workflow.timeout_seconds,
          description: 'After this time it is cancelled. Default: the time of the workflow.',
        }),
      ),
    ),
    after_analysis: Type.Optional(
      nullable(Type.Boolean({ description: 'Whether it waits for the analysis. Default false.' })),
    ),
  },
  { description: 'Executed after a conversation has ended, which does not wait for it.' },
)

/** The workflows around a conversation. */
export const conversationWorkflows = {
  pre_conversation_workflow: Type.Optional(nullable(PreConversationWorkflow)),
  post_conversation_workflow: Type.Optional(nullable(PostConversationWorkflow)),
}
