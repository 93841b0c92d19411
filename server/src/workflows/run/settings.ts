// The settings of what executions of workflows do and may use.
import type { SettingsGroup } from '../../config/reader.ts'

export interface WorkflowRunLimits {
  /** Visits at once on a node. */
  concurrency: number
  /** For prompts of the kind; null: the default model. */
  models: { small: string | null; standard: string | null }
  output_bytes: number
  context_bytes: number
  answer_bytes: number
  prompts: number
  prompts_at_once: number
  prompt_characters: number
  reply_characters: number
  prompt_ms: number
}

const mebibyte = 1_048_576
const model = [/^[a-z-]+\/\S+$/, 'provider/model'] as const

export const workflowRunSettings: SettingsGroup<WorkflowRunLimits> = {
  settings: [
    {
      name: 'PARLEY_WORKFLOW_CONCURRENCY',
      default: '64',
      meaning:
        'How many executions of workflows each node carries on at once; the others wait for a place. While others wait, one organization gets half of what is free.',
    },
    {
      name: 'PARLEY_WORKFLOW_MODEL_SMALL',
      default: 'PARLEY_DEFAULT_MODEL',
      meaning: 'The `provider/model` that answers prompts of workflows whose `ai_model` is `small`.',
    },
    {
      name: 'PARLEY_WORKFLOW_MODEL_STANDARD',
      default: 'PARLEY_DEFAULT_MODEL',
      meaning: 'The `provider/model` that answers prompts of workflows whose `ai_model` is `standard`.',
    },
    {
      name: 'PARLEY_WORKFLOW_OUTPUT_BYTES',
      default: String(mebibyte),
      meaning: 'The largest output of a step, as JSON; a larger one fails with `output_too_large`.',
    },
    {
      name: 'PARLEY_WORKFLOW_CONTEXT_BYTES',
      default: String(4 * mebibyte),
      meaning:
        'The most that the last outputs of all steps of an execution have together, as JSON; the step that exceeds it fails with `context_too_large`.',
    },
    {
      name: 'PARLEY_WORKFLOW_ANSWER_BYTES',
      default: String(mebibyte),
      meaning: 'The largest answer that an `http` or `app` step reads; a larger one fails with `response_too_large`.',
    },
    {
      name: 'PARLEY_WORKFLOW_PROMPTS',
      default: '20',
      meaning: 'The most prompts of one visit of a step; further ones fail with `ai_failed`.',
    },
    {
      name: 'PARLEY_WORKFLOW_PROMPTS_AT_ONCE',
      default: '4',
      meaning: 'How many prompts of one visit are answered at once.',
    },
    {
      name: 'PARLEY_WORKFLOW_PROMPT_CHARACTERS',
      default: '60000',
      meaning: 'The longest prompt, once its expressions are filled; a longer one fails with `ai_failed`.',
    },
    {
      name: 'PARLEY_WORKFLOW_REPLY_CHARACTERS',
      default: '8000',
      meaning: 'The longest reply to a prompt; a longer one fails with `ai_failed`.',
    },
    {
      name: 'PARLEY_WORKFLOW_PROMPT_SECONDS',
      default: '30',
      meaning: 'How long a model may take for a prompt, in seconds; then it fails with `ai_failed`.',
    },
  ],
  read: (read) => ({
    concurrency: read.integer('PARLEY_WORKFLOW_CONCURRENCY', 1, 10_000),
    models: {
      small: read.matching('PARLEY_WORKFLOW_MODEL_SMALL', ...model) ?? null,
      standard: read.matching('PARLEY_WORKFLOW_MODEL_STANDARD', ...model) ?? null,
    },
    output_bytes: read.integer('PARLEY_WORKFLOW_OUTPUT_BYTES', 1024, 16 * mebibyte),
    context_bytes: read.integer('PARLEY_WORKFLOW_CONTEXT_BYTES', 1024, 64 * mebibyte),
    answer_bytes: read.integer('PARLEY_WORKFLOW_ANSWER_BYTES', 1024, 16 * mebibyte),
    prompts: read.integer('PARLEY_WORKFLOW_PROMPTS', 1, 1000),
    prompts_at_once: read.integer('PARLEY_WORKFLOW_PROMPTS_AT_ONCE', 1, 100),
    prompt_characters: read.integer('PARLEY_WORKFLOW_PROMPT_CHARACTERS', 1, 10_000_000),
    reply_characters: read.integer('PARLEY_WORKFLOW_REPLY_CHARACTERS', 1, 1_000_000),
    prompt_ms: read.integer('PARLEY_WORKFLOW_PROMPT_SECONDS', 1, 600) * 1000,
  }),
}
