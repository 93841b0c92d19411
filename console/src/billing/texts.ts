// The words of usage, prices and budgets that several pages share.
import type { UsageKind, UsagePurpose } from '@parley/contract'
import { formatCount } from '../base/format.ts'

const kinds: Record<UsageKind, string> = {
  model_call: 'Model calls',
  embedding: 'Embeddings',
  speech_to_text: 'Speech to text',
  text_to_speech: 'Text to speech',
  telephony: 'Phone calls',
  email: 'E-mail',
  crawl: 'Crawled pages',
  workflow_run: 'Workflow runs',
  correction: 'Corrections',
}

const purposes: Record<UsagePurpose, string> = {
  reply: 'Replies',
  greeting: 'Greetings',
  analysis: 'Analysis',
  authoring: 'Help with writing',
  evaluation: 'Evaluation',
  simulation: 'Simulation',
  workflow: 'Workflows',
  knowledge: 'Knowledge',
  test: 'Tests',
}

export const billingTexts = {
  kinds,
  purposes,
  needs: 'see usage, prices and budgets',
  notice: {
    label: 'Stopped budgets',
    one: (name: string) => `The budget “${name}” is used up.`,
    several: (count: number) => `${formatCount(count, 'budget is', 'budgets are')} used up.`,
    all: 'Agents do not reply',
    agent: (name: string) => `${name} does not reply`,
    some: 'What they cover gets no reply.',
    until: (effect: string, time: string) => `${effect} until ${time}.`,
    forGood: (effect: string) => `${effect} until the amount is raised or the budget is paused.`,
    open: 'See budgets',
  },
} as const
