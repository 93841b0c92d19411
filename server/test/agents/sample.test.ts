// The sample agent of a new installation.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { resolveAgentConfig, validateAgentConfig } from '../../src/agents/rules/config.ts'
import { createAgent, deleteAgent, getAgent, listAgents } from '../../src/agents/operations.ts'
import { createSampleAgent, sampleConfig } from '../../src/agents/sample.ts'
import { findVersionForNewConversation } from '../../src/agents/versions.ts'
import { systemPorts } from '../../src/base/ports.ts'
import { renderTemplate } from '../../src/templates/templates.ts'
import { type Fixture, createFixture } from './fixture.ts'

let fixture: Fixture
beforeAll(async () => {
  fixture = await createFixture()
})
afterAll(() => fixture[Symbol.asyncDispose]())

test('is published and ready to talk, and created once even if nodes start at the same time', async () => {
  const ctx = fixture.enter(await fixture.makeOrganization())
  const made = await Promise.all(Array.from({ length: 5 }, () => createSampleAgent(ctx.store, systemPorts)))
  const [agent, ...more] = made.filter((one) => one !== null)
  expect(more).toEqual([])
  expect(await getAgent(ctx, agent!)).toMatchObject({ name: 'Sample agent', active: true, versions: [{ version: 1 }] })
  const reference = { agent_id: agent!.agent_id, version: 'latest' as const }
  const find = () => ctx.store.transaction((tx) => findVersionForNewConversation(tx, ctx.access, reference))
  expect(await find()).toMatchObject(agent!)

  await deleteAgent(ctx, agent!)
  expect(await createSampleAgent(ctx.store, systemPorts)).toBeNull()
})

test('is not created if there is an agent', async () => {
  const ctx = fixture.enter(await fixture.makeOrganization())
  await createAgent(ctx, { name: 'Own' })
  expect(await createSampleAgent(ctx.store, systemPorts)).toBeNull()
  expect((await listAgents(ctx, {})).data.map(({ name }) => name)).toEqual(['Own'])
})

test('has no faults or warnings, and greets by name if it knows one', () => {
  expect(validateAgentConfig(sampleConfig, { agent_config_bytes: 524_288 })).toEqual({ faults: [], warnings: [] })
  const { starting_message, instructions } = resolveAgentConfig(sampleConfig, 'text', 'demo/parley-demo')
  if (starting_message?.type !== 'static') expect.fail('the greeting is a text')
  const greet = (variables: Parameters<typeof renderTemplate>[1]) => renderTemplate(starting_message.text, variables)
  expect(greet({ custom_metadata: { name: 'Ann' } })).toMatch(/^Hello Ann! /)
  expect(greet({ custom_metadata: {} })).toMatch(/^Hello! /)
  expect(renderTemplate(instructions, { custom_metadata: { name: 'Ann' } })).toContain('You are talking to Ann.')
})
