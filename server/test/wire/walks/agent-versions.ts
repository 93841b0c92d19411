// The versions of an agent: drafts, revisions, publishing, comparing, instructions that a model writes.
import { holdAnswer } from '../../support/scripted-model.ts'
import { type Walk, until } from '../world.ts'
import { unknown_id } from './constants.ts'

const config = { instructions: 'Be brief.', guardrails: 'Be kind.', tools: [{ name: 'look', description: 'Looks' }] }

export async function walkAgentVersions(walk: Walk): Promise<void> {
  const { json } = await walk.prepare('createAgent', { body: { name: 'Agent' } })
  const agent_id: string = json.id
  await createDrafts(walk, agent_id)
  await changeDraft(walk, agent_id)
  await publish(walk, agent_id)
  await compare(walk, agent_id)
}

export async function walkAuthoring(walk: Walk): Promise<void> {
  const { json } = await walk.prepare('createAgent', { body: { name: 'Agent' } })
  await generate(walk, json.id)
  await walk.call('listModels', 'of the settings')
  await walk.call('getAgentConfigSchema', 'as it is', { shows: 'hash' })
}

async function createDrafts({ call, prepare }: Walk, agent_id: string): Promise<void> {
  const params = { agent_id }
  const { json: bare } = await prepare('createAgent', { body: { name: 'Bare' } })
  await call('getAgentVersion', 'the latest of an agent without versions', {
    params: { agent_id: bare.id, version: 'latest' },
  })
  await call('createAgentVersion', 'out of a configuration', {
    params,
    body: { config: { ...config, mystery: { a: 1 } }, instruction_builder_inputs: { goal: 'Sell tea.' } },
  })
  await call('createAgentVersion', 'out of another version', { params, body: { base_version: 1 } })
  await call('createAgentVersion', 'out of nothing', { params, body: {} })
  await call('createAgentVersion', 'out of a version that is not there', { params, body: { base_version: 9 } })
  await call('createAgentVersion', 'a configuration with faults', {
    params,
    body: { config: { kind: 'graph', starting_message: { type: 'sung' }, channel_overrides: { text: 7 } } },
  })
  await call('createAgentVersion', 'of an unknown agent', { params: { agent_id: unknown_id }, body: { config: {} } })
  await call('listAgentVersions', 'the first page', { params, query: 'limit=1' })
  await call('listAgentVersions', 'the second page', { params, query: 'limit=1&cursor=WyIyIl0' })
  await call('listAgentVersions', 'published ones', { params, query: 'published=true' })
  await call('listAgentVersions', 'by number', { params, query: 'version=1' })
  await call('listAgentVersions', 'faults', { params, query: 'version=0&limit=x&cursor=WyIxIiwiMiJd' })
}

async function changeDraft({ call }: Walk, agent_id: string): Promise<void> {
  const params = { agent_id, version: '2' }
  await call('getAgentVersion', 'by number', { params })
  await call('getAgentVersion', 'no number', { params: { agent_id, version: 'first' } })
  await call('updateAgentVersion', 'with the revision that was seen', {
    params,
    headers: { 'if-match': '"2"' },
    body: { config: { ...config, instructions: 'Be friendly.' } },
  })
  await call('updateAgentVersion', 'with an old revision', {
    params,
    headers: { 'if-match': '"1"' },
    body: { config: {} },
  })
  await call('updateAgentVersion', 'with an invalid revision', {
    params,
    headers: { 'if-match': 'W/"x"' },
    body: { config: {} },
  })
  await call('updateAgentVersion', 'its inputs', { params, body: { instruction_builder_inputs: { tone: 'warm' } } })
  await call('updateAgentVersion', 'faults', { params, body: { config: { max_tool_steps: 101 } } })
}

async function publish({ call }: Walk, agent_id: string): Promise<void> {
  const params = { agent_id, version: '1' }
  await call('publishAgentVersion', 'with an old revision', { params, headers: { 'if-match': '7' } })
  await call('publishAgentVersion', 'without a body', { params })
  await call('publishAgentVersion', 'again', { params, body: { phone_numbers: [], direction: 'inbound' } })
  await call('publishAgentVersion', 'faults', {
    params,
    body: { phone_numbers: 'all', unassign_phone_numbers: true, direction: 'sideways' },
  })
  await call('publishAgentVersion', 'unknown', { params: { agent_id, version: '99' } })
  await call('updateAgentVersion', 'a published one', { params, body: { config: {} } })
  await call('getAgentVersion', 'published', { params })
  await call('publishAgentVersion', 'the latest', { params: { agent_id, version: 'latest' } })
  await call('getAgentVersion', 'the latest, which makes a draft', { params: { agent_id, version: 'latest' } })
  await call('getAgent', 'with versions', { params: { agent_id } })
}

async function compare(walk: Walk, agent_id: string): Promise<void> {
  const { call, world } = walk
  const [params, body] = [{ agent_id }, { from_version: 1, to_version: 'latest' }]
  await call('compareAgentVersions', 'exactly', { params, query: 'format=json', body })
  await call('compareAgentVersions', 'one with itself', {
    params,
    query: 'format=json',
    body: { from_version: '2', to_version: 2 },
  })
  const held = holdAnswer()
  world.server.model.answer = () => held
  const text = walk.open('compareAgentVersions', 'in words, piece by piece', { params, body })
  await held.asked
  held.say('They greet ')
  await text.sees('They greet ')
  held.say('differently: “Möwe”.')
  held.finish()
  await text.ended
  tellLastModelRequest(walk)
  world.server.model.answer = () => 400
  await call('compareAgentVersions', 'when the model refuses', { params, body })
  world.server.model.answer = () => ''
  await call('compareAgentVersions', 'when the model says nothing', { params, body })
  await call('compareAgentVersions', 'faults', { params, query: 'format=xml', body: { from_version: 0 } })
  await call('compareAgentVersions', 'unknown', { params, body: { from_version: 1, to_version: 99 } })
}

/** The last request to the model, as it was sent. */
export function tellLastModelRequest({ tell, world }: Walk): void {
  tell('the request to the model', () => JSON.stringify(world.server.model.requests.at(-1), null, 1).split('\n'))
}

async function generate(walk: Walk, agent_id: string): Promise<void> {
  const { call, world } = walk
  const params = { agent_id, version: '1' }
  const watcher = await walk.watch()
  const untilStatus = (status: string) =>
    until(async () => (await watcher.getAgentVersion(params)).instruction_generation?.status === status)
  await walk.prepare('createAgentVersion', { params, body: { config } })
  await call('generateAgentInstructions', 'without inputs', { params })
  await walk.prepare('updateAgentVersion', { params, body: { instruction_builder_inputs: { goal: 'Sell tea.' } } })
  const held = holdAnswer()
  world.server.model.answer = () => held
  await call('generateAgentInstructions', 'asked for', { params })
  await held.asked
  await call('getAgentVersion', 'while its instructions are written', { params })
  held.say('Sell tea, kindly.')
  held.finish()
  await untilStatus('done')
  await call('getAgentVersion', 'with written instructions', { params })
  tellLastModelRequest(walk)
  world.server.model.answer = () => 400
  await call('generateAgentInstructions', 'asked for again', { params })
  await untilStatus('failed')
  await call('getAgentVersion', 'whose instructions could not be written', { params })
  await walk.prepare('publishAgentVersion', { params })
  await call('generateAgentInstructions', 'of a published version', { params })
}
