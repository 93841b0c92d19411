// What a test begins with: its entry, its payload, and which steps are mocked. Pure.
import type { StepMock, TriggerType } from '@parley/contract'
import { type Definition, type JsonObject, type Step, isEntry } from '../definition/definition.ts'
import { payloadFields } from '../definition/names.ts'

export interface Setup {
  entry: string
  payload: JsonObject
  /** By step id, of steps that reach other systems. */
  effects: Readonly<Record<string, Effect>>
  skip_waits: boolean
  /** Empty: all steps. */
  stop_after: string
}

export interface Effect {
  isReal: boolean
  mock: StepMock
}

const reading = new Set(['GET', 'HEAD', 'OPTIONS', 'undefined'])

/** Whether carrying it out changes something elsewhere. */
const changesSomething = ({ type, config }: Step) =>
  type === 'app' ? config['tool'] !== 'getConversation' : !reading.has(String(config['method'] ?? undefined))

export const reachesOut = ({ type }: Step) => type === 'http' || type === 'app'

const mockFor = ({ type }: Step): StepMock =>
  type === 'http' ? { output: { status_code: 200, headers: {}, body: {} } } : { output: {} }

/** `kept` are mocks of earlier tests. What changes nothing is really done. */
export function startSetup(definition: Definition, kept: Readonly<Record<string, StepMock>>): Setup {
  const first = definition.nodes.find(isEntry)
  const effects = definition.nodes.filter(reachesOut).map((step): [string, Effect] => {
    const mock = kept[step.id]
    return [step.id, { isReal: mock === undefined && !changesSomething(step), mock: mock ?? mockFor(step) }]
  })
  return {
    entry: first?.id ?? '',
    payload: first ? exampleFor(first) : {},
    effects: Object.fromEntries(effects),
    skip_waits: true,
    stop_after: '',
  }
}

const examples: JsonObject = {
  conversation_id: '00000000-0000-7000-8000-000000000000',
  agent_id: '00000000-0000-7000-8000-000000000000',
  channel: 'text',
  user_id: 'example-user',
  direction: 'inbound',
  status: 'completed',
  duration: 60,
  summary: 'The customer asked about an order.',
  transcript: 'user: Where is my order?\nagent: It is on its way.',
  messages: [],
  method: 'POST',
  headers: {},
  query: {},
  body: {},
  missed: false,
  conversation: {},
  event: { type: 'conversation.ended', data: {} },
}

/** What the payload of an entry may look like. */
export function exampleFor({ type, config }: Step): JsonObject {
  if (type === 'input') return {}
  const fields = payloadFields[config['type'] as TriggerType] ?? []
  return Object.fromEntries(fields.filter((field) => field in examples).map((field) => [field, examples[field]]))
}

/** As `executeWorkflowAsync` takes it. */
export function requestOf(
  { entry, payload, effects, skip_waits, stop_after }: Setup,
  kept: Readonly<Record<string, StepMock>>,
) {
  const chosen = Object.entries(effects).filter(([, { isReal }]) => !isReal)
  // Mocks of steps that reach nothing stand until they are dropped.
  const others = Object.entries(kept).filter(([id]) => !Object.hasOwn(effects, id))
  const mocks = Object.fromEntries([...others, ...chosen.map(([id, { mock }]) => [id, mock] as const)])
  return {
    ...(entry === '' ? {} : { initial_step: entry }),
    input_data: payload,
    test: { mocks, skip_waits, ...(stop_after === '' ? {} : { stop_after }) },
  }
}
