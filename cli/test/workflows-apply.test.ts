// `parley workflows apply` against a real server.
import type { Client } from '@parley/sdk'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as agents from './agents-fixture.ts'
import { type Fixture, createFixture, faultsOf, writeFiles } from './files-fixture.ts'
import { apply, readAll } from './workflows-fixture.ts'

let fixture: Fixture
beforeAll(async () => {
  fixture = await createFixture()
})
afterAll(() => fixture[Symbol.asyncDispose]())

const followUp = {
  'follow-up/workflow.yaml': `# After each conversation.
key: follow-up
name: Follow up
metadata: { team: desk }
definition:
  nodes:
    - { id: ended, type: trigger, config: { type: post_call }, next: score }
    - { id: score, type: code, config: { code: !file score.js }, next: done }
    - { id: done, type: output, config: { output_data: { score: "{{ score }}" } } }
`,
  'follow-up/score.js': 'function run(ctx) {\n  return 1\n}\n',
}
const hourly = {
  'hourly/workflow.json': JSON.stringify({
    key: 'hourly',
    name: 'Hourly',
    description: 'On the hour.',
    definition: {
      steps: {
        timer: { type: 'trigger', config: { type: 'timer', cron: '0 * * * *' } },
        end: { type: 'end', config: { output_data: [] } },
      },
      edges: [{ source: 'timer', target: 'end' }],
    },
  }),
}

const formOfFollowUp = {
  schema_version: 1,
  nodes: [
    { id: 'ended', type: 'trigger', config: { type: 'post_call' }, next: { default: 'score' } },
    { id: 'score', type: 'code', config: { code: 'function run(ctx) {\n  return 1\n}' }, next: { default: 'done' } },
    { id: 'done', type: 'output', config: { output_data: [{ name: 'score', value: '{{ score }}' }] }, next: {} },
  ],
}

async function start(files: Record<string, string>): Promise<{ client: Client; folder: string }> {
  return { client: await fixture.newClient(), folder: await fixture.newFolder(files) }
}

const triggersOf = async (client: Client) =>
  (await client.listWorkflowTriggers({})).data.map(({ type, version, live }) => [type, version, live])

describe('apply', () => {
  it('creates what is missing, in whatever form it is written, and changes nothing the second time', async () => {
    const { client, folder } = await start({ ...followUp, ...hourly })
    const first = await apply(client, folder)
    expect(first).toMatchObject({
      count: 2,
      printed: expect.stringMatching(/^follow-up: new workflow; new version 1$/m),
    })
    const workflows = await readAll(client)
    expect(workflows).toHaveLength(2)
    expect(workflows.find(({ name }) => name === 'Follow up')).toMatchObject({
      description: null,
      metadata: { team: 'desk', parley_key: 'follow-up' },
      live_version: null,
      versions: [{ version: 1, status: 'draft', problems: [], definition: formOfFollowUp }],
    })
    expect(workflows.find(({ name }) => name === 'Hourly')).toMatchObject({ description: 'On the hour.' })

    expect(await apply(client, folder)).toEqual({ count: 0, printed: '0 changed, 2 up to date\n' })
    expect(await readAll(client)).toEqual(workflows)
  })

  it('publishes and goes live on request, with what was applied before too', async () => {
    const { client, folder } = await start({ ...followUp, ...hourly })
    await apply(client, folder)
    const published = await apply(client, folder, { publish: true })
    expect(published).toMatchObject({ count: 2, printed: expect.stringMatching(/^hourly: published version 1$/m) })
    expect(await triggersOf(client)).toEqual([])
    const live = await apply(client, folder, { go_live: true })
    expect(live).toMatchObject({ count: 2, printed: expect.stringMatching(/^hourly: went live with version 1$/m) })
    expect(await triggersOf(client)).toEqual(
      expect.arrayContaining([
        ['post_call', 1, true],
        ['timer', 1, true],
      ]),
    )
    for (const options of [{ go_live: true }, { publish: true }, {}]) {
      expect(await apply(client, folder, options)).toEqual({ count: 0, printed: '0 changed, 2 up to date\n' })
    }
    await writeFiles(folder, { 'follow-up/score.js': 'function run(ctx) {\n  return 2\n}\n' })
    const { printed } = await apply(client, folder, { go_live: true })
    expect(printed).toMatch(/^follow-up: new version 2; publish version 2; go live with version 2$/m)
    expect(printed).toMatch(/^follow-up: created version 2, published version 2, went live with version 2$/m)
    expect((await triggersOf(client)).filter(([type]) => type === 'post_call')).toEqual([['post_call', 2, true]])
  })

  it('changes only what differs, and shows the lines of code', async () => {
    const { client, folder } = await start(followUp)
    await apply(client, folder, { publish: true })
    const [before] = await readAll(client)
    await writeFiles(folder, { 'follow-up/score.js': 'function run(ctx) {\n  return 2\n}\n' })
    const told = await apply(client, folder, { dry_run: true })
    expect(told.count).toBe(1)
    expect(told.printed).toContain(`follow-up: new version 2
--- server/follow-up/score.js
+++ folder/follow-up/score.js
@@ -1,3 +1,3 @@
 function run(ctx) {
-  return 1
+  return 2
 }
1 to change, 0 up to date
`)
    expect(await readAll(client)).toEqual([before])

    await writeFiles(folder, {
      ...followUp,
      'follow-up/workflow.yaml': followUp['follow-up/workflow.yaml'].replace('name: Follow up', 'name: After'),
    })
    expect((await apply(client, folder)).printed).toMatch(/^follow-up: changed name$/m)
    expect(await readAll(client)).toEqual([{ ...before, name: 'After', updated_at: expect.anything() }])
  })

  it("adds a version above somebody else's draft, and leaves what has no file alone", async () => {
    const { client, folder } = await start({
      ...followUp,
      'plain/workflow.yaml': 'key: plain\nname: Plain\n',
    })
    await apply(client, folder, { go_live: true })
    const other = await client.createWorkflow({ name: 'Other', metadata: { parley_key: 7 } })
    const [plain, made] = ['Plain', 'Follow up'].map((name) => ({ name }))
    const idOf = async ({ name }: { name: string }) => (await readAll(client)).find((one) => one.name === name)!.id
    const draft = { definition: { nodes: [] }, allow_incomplete: true }
    for (const each of [plain!, made!]) await client.createWorkflowVersion({ workflow_id: await idOf(each), ...draft })
    const before = await readAll(client)
    expect((await apply(client, folder, { go_live: true })).count).toBe(1)
    const after = await readAll(client)
    const changed = after.find(({ name }) => name === 'Follow up')!
    expect(changed).toMatchObject({ live_version: 3, versions: [{ version: 3 }, { version: 2, status: 'draft' }, {}] })
    const rest = (all: typeof after) => all.filter(({ name }) => name !== 'Follow up')
    expect(rest(after)).toEqual(rest(before))
    expect(rest(after).map(({ id }) => id)).toContain(other.id)
  })

  it('makes one workflow and one version when several runs are concurrent, and makes it again after it was deleted', async () => {
    const { client, folder } = await start(followUp)
    const run = () => apply(client, folder, { go_live: true })
    const results = await Promise.allSettled(Array.from({ length: 5 }, run))
    expect(results.filter(({ status }) => status === 'rejected')).toEqual([])
    const [workflow, ...others] = await readAll(client)
    expect(others).toEqual([])
    expect(workflow).toMatchObject({ live_version: 1, versions: [{ version: 1 }] })
    await client.goOfflineWorkflow({ workflow_id: workflow!.id })
    await client.deleteWorkflow({ workflow_id: workflow!.id })
    await run()
    expect((await readAll(client)).map(({ id }) => id)).not.toEqual([workflow!.id])
  })
})

describe('keys instead of ids', () => {
  const caller = (to: string) => `key: caller
name: Caller
definition:
  nodes:
    - { id: ended, type: trigger, config: { type: post_call, agent_ids: [!agent desk] }, next: call }
    - id: call
      type: app
      config: { connection: parley, tool: executeWorkflowAsync, arguments: { workflow_id: !workflow ${to} } }
`
  const desk = (config: string) => `key: desk\nname: Desk\nconfig: ${config}\n`

  it('name agents and workflows of the server, and workflows of the same folder before they exist', async () => {
    const { client, folder } = await start({
      'a/workflow.yaml': caller('follow-up'),
      ...followUp,
      'agents/agent.yaml': desk('{ post_conversation_workflow: { workflow_id: !workflow caller } }'),
    })
    const [agentLine] = await faultsOf(agents.apply(client, folder), folder)
    expect(agentLine).toBe(
      'agents/agent.yaml: config.post_conversation_workflow.workflow_id !workflow caller is no workflow on the server; apply its file first',
    )
    const line =
      'a/workflow.yaml: definition.nodes.0.config.agent_ids.0 !agent desk is no agent on the server; apply its file first'
    expect(await faultsOf(apply(client, folder), folder)).toEqual([line])
    const agent = await client.createAgent({ name: 'Desk', metadata: { parley_key: 'desk' } })

    await apply(client, folder, { publish: true })
    const workflows = await readAll(client)
    const [called, calling] = ['Follow up', 'Caller'].map((name) => workflows.find((one) => one.name === name)!)
    expect(calling!.versions).toMatchObject([
      {
        version: 1,
        status: 'published',
        definition: {
          nodes: [{ config: { agent_ids: [agent.id] } }, { config: { arguments: { workflow_id: called!.id } } }],
        },
      },
    ])
    expect((await apply(client, folder, { publish: true })).count).toBe(0)

    await agents.apply(client, folder, { publish: true })
    const [{ versions } = expect.fail()] = await agents.readAll(client)
    expect(versions).toMatchObject([{ config: { post_conversation_workflow: { workflow_id: calling!.id } } }])
    expect((await agents.apply(client, folder, { publish: true })).count).toBe(0)

    await writeFiles(folder, { 'a/workflow.yaml': caller('caller') })
    const { printed } = await apply(client, folder, { dry_run: true })
    const at = ' '.repeat(10)
    expect(printed).toContain(`-${at}workflow_id: !workflow follow-up\n+${at}workflow_id: !workflow caller\n`)
  })

  it('must stand for one', async () => {
    const { client, folder } = await start({ 'a/workflow.yaml': caller('twin') })
    const metadata = { parley_key: 'twin' }
    for (const name of ['A', 'B']) await client.createWorkflow({ name, metadata })
    await client.createAgent({ name: 'Desk', metadata: { parley_key: 'desk' } })
    const [line, ...more] = await faultsOf(apply(client, folder), folder)
    expect(more).toEqual([])
    expect(line).toMatch(
      /^a\/workflow\.yaml: definition\.nodes\.1\.config\.arguments\.workflow_id !workflow twin matches 2 workflows/,
    )
  })
})

describe('faults', () => {
  it('reports the faults of all files at once, in the file that has them, and changes nothing', async () => {
    const { client, folder } = await start({
      ...hourly,
      'fields/workflow.yaml': 'key: fields\nnodes: []\ndefinition: []\n',
      'named/workflow.yaml': 'key: named\nname: Named\ndefinition: !workflow hourly\n',
    })
    expect(await faultsOf(apply(client, folder), folder)).toEqual([
      'fields/workflow.yaml: name is required',
      'fields/workflow.yaml: definition must be an object',
      'fields/workflow.yaml: nodes is not a known field; use one of: key, name, description, metadata, definition',
      'named/workflow.yaml: definition must be an object',
    ])
    await writeFiles(folder, {
      ...followUp,
      'follow-up/score.js': 'function run( {',
      'fields/workflow.yaml':
        'key: fields\nname: F\ndefinition: { steps: { a: { type: http, config: { url: "{{ 1 + }}" } } } }\n',
      'named/workflow.yaml': 'key: named\nname: Named\n',
    })
    expect(await faultsOf(apply(client, folder), folder)).toEqual([
      expect.stringMatching(/^fields\/workflow\.yaml: definition\.steps must have a trigger/),
      expect.stringMatching(/^fields\/workflow\.yaml: definition\.steps\.a\.config\.url /),
      expect.stringMatching(/^follow-up\/score\.js: definition\.nodes\.1\.config\.code /),
    ])
    expect(await readAll(client)).toEqual([])
  })

  it('tells of an unknown connection, which only keeps a version from being published', async () => {
    const { client, folder } = await start({
      'a/workflow.yaml': `key: a
name: A
definition:
  nodes:
    - { id: start, type: start, next: find }
    - { id: find, type: app, config: { connection: CRM, tool: find } }
`,
    })
    const message = 'definition.nodes.1.config.connection names no connection'
    expect(await faultsOf(apply(client, folder, { publish: true }), folder)).toEqual([
      expect.stringContaining(`a/workflow.yaml: ${message}`),
    ])
    expect(await readAll(client)).toEqual([])
    expect((await apply(client, folder)).printed).toContain(message)
    await client.createWorkflowConnection({ name: 'CRM', kind: 'http', url: 'https://crm.example.com' })
    expect((await apply(client, folder, { publish: true })).printed).toContain('a: published version 1\n')
  })
})
