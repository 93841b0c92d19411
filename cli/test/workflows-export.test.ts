// `parley workflows export` against a real server, round trips with `apply`, and both as commands.
import { type Client, ApiError } from '@parley/sdk'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Organization, makeOrganization } from '../../server/test/support/actors.ts'
import { type Fixture, createFixture, faultsOf, readFiles, writeFiles } from './files-fixture.ts'
import { runHere } from './run-here.ts'
import { apply, exportTo, readAll } from './workflows-fixture.ts'

let fixture: Fixture
beforeAll(async () => {
  fixture = await createFixture()
})
afterAll(() => fixture[Symbol.asyncDispose]())

const edited = {
  'desk/workflow.yaml': `# Kept by hand.
name: Desk
key: desk
definition: { steps: { a: { type: start, next: b }, b: { type: end, config: { output_data: { x: !file ../x.txt } } } } }
`,
  'x.txt': 'X',
}

const readingKey = async ({ client }: Organization) =>
  (await client.createOrganizationKey({ name: 'Reader', scopes: ['workflows:read'] })).pat_key

async function start(files: Record<string, string> = {}): Promise<{ client: Client; folder: string }> {
  return { client: await fixture.newClient(), folder: await fixture.newFolder(files) }
}

describe('export', () => {
  it('writes what apply reads, and no secret: nothing differs here, and another server gets everything', async () => {
    const { client, folder } = await start()
    await client.setSecret({ name: 'CRM', value: 'planted-value-of-a-secret' })
    const agent = await client.createAgent({ name: 'Desk', metadata: { parley_key: 'desk' } })
    const hook = {
      ...{ type: 'webhook', methods: ['POST'] },
      signature: { type: 'hmac', secret: 'CRM', header: 'X-Signature' },
    }
    const nodes = [
      { id: 'hook', type: 'trigger', config: hook, next: { default: 'call' } },
      { id: 'ended', type: 'trigger', config: { type: 'post_call', agent_ids: [agent.id] }, next: { default: 'call' } },
      {
        ...{ id: 'call', type: 'http', next: { default: 'code' } },
        config: { url: 'https://crm.example.com', headers: { authorization: 'Bearer {{ secrets.CRM }}' } },
        position: { x: 10, y: 20.5 },
      },
      { id: 'code', type: 'code', config: { code: 'function run() {\n  return 1\n}\n' } },
    ]
    const own = await client.createWorkflow({ name: 'Ünï & Söns', description: '', definition: { nodes } })
    await client.publishWorkflowVersion({ workflow_id: own.id, version: '1' })
    await client.goLiveWorkflowVersion({ workflow_id: own.id, version: '1' })
    const metadata = { parley_key: 'tokyo', a: [1] }
    await client.createWorkflow({ name: '日本', metadata })
    const before = await readAll(client)
    expect(await exportTo(client, folder)).toMatch(/\n2 workflows: 3 files written\n$/)
    const files = await readFiles(folder)
    const name = `uni-sons-${own.id.slice(-12)}`
    expect(files).toEqual({
      [`${name}/code.js`]: 'function run() {\n  return 1\n}\n\n',
      [`${name}/workflow.yaml`]: `key: ${own.id}
name: Ünï & Söns
description: ""
definition:
  schema_version: 1
  nodes:
    - id: hook
      type: trigger
      config:
        type: webhook
        methods:
          - POST
        signature:
          type: hmac
          secret: CRM
          header: X-Signature
      next:
        default: call
    - id: ended
      type: trigger
      config:
        type: post_call
        agent_ids:
          - !agent desk
      next:
        default: call
    - id: call
      type: http
      config:
        url: https://crm.example.com
        headers:
          authorization: Bearer {{ secrets.CRM }}
      next:
        default: code
      position:
        x: 10
        y: 20.5
    - id: code
      type: code
      config:
        code: !file code.js
`,
      'tokyo/workflow.yaml': 'key: tokyo\nname: 日本\nmetadata:\n  a:\n    - 1\n',
    })
    const { data: triggers } = await client.listWorkflowTriggers({})
    const token = triggers
      .find(({ url }) => url != null)!
      .url!.split('/')
      .at(-1)!
    for (const secret of [token, 'planted-value']) expect(Object.values(files).join()).not.toContain(secret)
    expect((await apply(client, folder, { go_live: true })).count).toBe(0)
    expect(await exportTo(client, folder)).toBe('2 workflows: every file is up to date\n')
    expect(await readAll(client)).toEqual(before)

    const elsewhere = await fixture.newClient()
    const there = await elsewhere.createAgent({ name: 'Desk', metadata: { parley_key: 'desk' } })
    expect((await apply(elsewhere, folder, { go_live: true })).count).toBe(2)
    expect(await exportTo(elsewhere, folder)).toBe('2 workflows: every file is up to date\n')
    const copy = (await readAll(elsewhere)).find(({ name: copied }) => copied === 'Ünï & Söns')!
    expect(copy).toMatchObject({ live_version: 1, metadata: { parley_key: own.id } })
    const ended = copy.versions[0]!.definition.nodes.find(({ id }) => id === 'ended')
    expect(ended!.config).toEqual({ type: 'post_call', agent_ids: [there.id] })
  })

  it('keeps files that have the same content in another form, and overwrites others only with --force', async () => {
    const { client, folder } = await start({ ...edited, 'desk/b.txt': 'Mine.' })
    await apply(client, folder)
    expect(await exportTo(client, folder)).toBe('1 workflow: every file is up to date\n')
    const [{ id: workflow_id } = expect.fail()] = await readAll(client)
    const definition = { nodes: [{ id: 'a', type: 'note', config: { text: 'A note.\n'.repeat(10) } }] }
    await client.createWorkflowVersion({ workflow_id, definition, allow_incomplete: true })
    const files = await readFiles(folder)
    expect(await faultsOf(exportTo(client, folder), folder)).toEqual([
      'desk/workflow.yaml: has other content; pass --force to overwrite it',
    ])
    expect(await readFiles(folder)).toEqual(files)
    await exportTo(client, folder, { force: true })
    expect(await readFiles(folder)).toEqual({
      ...files,
      'desk/a.text.txt': `${'A note.\n'.repeat(10)}\n`,
      'desk/workflow.yaml': `key: desk
name: Desk
definition:
  schema_version: 1
  nodes:
    - id: a
      type: note
      config:
        text: !file a.text.txt
`,
    })
    expect((await apply(client, folder)).count).toBe(0)
  })

  it('exports selected workflows, and JSON', async () => {
    const { client, folder } = await start(edited)
    await apply(client, folder)
    await client.createWorkflow({ name: 'Other' })
    const { id } = (await readAll(client)).find(({ name }) => name === 'Desk')!
    const copy = await fixture.newFolder()
    await exportTo(client, copy, { ids: [id], format: 'json' })
    const files = await readFiles(copy)
    expect(Object.keys(files)).toEqual(['desk/workflow.json'])
    const output = { output_data: [{ name: 'x', type: 'any', value: 'X' }] }
    expect(JSON.parse(files['desk/workflow.json']!)).toEqual({
      ...{ key: 'desk', name: 'Desk' },
      definition: {
        schema_version: 1,
        nodes: [
          { id: 'a', type: 'trigger', config: { type: 'manual' }, next: { default: 'b' } },
          { id: 'b', type: 'output', config: output },
        ],
      },
    })
    expect((await apply(client, copy)).count).toBe(0)
    await expect(exportTo(client, copy, { ids: ['nobody'] })).rejects.toThrow(ApiError)
  })

  it('names agents by their ids if the key may not read them', async () => {
    const { server } = fixture
    const organization = await makeOrganization(server)
    const agent = await organization.client.createAgent({ name: 'Desk', metadata: { parley_key: 'desk' } })
    const nodes = [{ id: 'a', type: 'trigger', config: { type: 'pre_call', agent_ids: [agent.id] } }]
    await organization.client.createWorkflow({ name: 'W', metadata: { parley_key: 'w' }, definition: { nodes } })
    const reader = server.as({ token: await readingKey(organization) })
    const folder = await fixture.newFolder()
    expect(await exportTo(reader, folder)).toContain('the key may not read agents')
    expect((await readFiles(folder))['w/workflow.yaml']).toContain(`          - ${agent.id}\n`)
  })
})

describe('parley workflows', () => {
  it('needs no database, reports differences by its exit code, applies, goes live and exports', async () => {
    const organization = await makeOrganization(fixture.server)
    const run = (...args: string[]) =>
      runHere(['workflows', ...args], { PARLEY_URL: fixture.server.url, PARLEY_API_KEY: organization.key })
    const folder = await fixture.newFolder(edited)
    const dry = await run('apply', folder, '--dry-run', '--exit-code', '--go-live')
    expect(dry, dry.stderr).toMatchObject({ code: 2, stderr: '' })
    expect(dry.stdout).toBe(`desk: new workflow; new version 1; publish version 1; go live with version 1
1 to change, 0 up to date
`)
    expect(await run('diff', folder, '--exit-code', '--json')).toMatchObject({
      code: 2,
      stdout: `${JSON.stringify({
        ...{ key: 'desk', workflow_id: null, changes: ['new workflow', 'new version 1'], difference: '', done: [] },
      })}\n`,
    })
    expect(await readAll(organization.client)).toEqual([])
    const done = await run('apply', folder, '--go-live', '--json')
    const [{ id } = expect.fail()] = await readAll(organization.client)
    expect(JSON.parse(done.stdout)).toMatchObject({
      ...{ key: 'desk', workflow_id: id },
      done: [`created ${id}`, 'created version 1', 'published version 1', 'went live with version 1'],
    })
    expect(await run('diff', folder, '--exit-code')).toMatchObject({
      code: 0,
      stdout: '0 to change, 1 up to date\n',
    })
    const copy = await fixture.newFolder()
    const exported = await run('export', copy, '--workflow', id)
    expect(exported, exported.stderr).toMatchObject({ code: 0, stderr: '' })
    expect(Object.keys(await readFiles(copy))).toEqual(['desk/workflow.yaml'])
  })

  it('says why it failed: what it is used with, what it may do, what stopped it', async () => {
    const organization = await makeOrganization(fixture.server)
    const reader = await readingKey(organization)
    const run = (key: string, ...args: string[]) =>
      runHere(['workflows', ...args], { PARLEY_URL: fixture.server.url, PARLEY_API_KEY: key })
    const folder = await fixture.newFolder(edited)
    const { key } = organization
    expect(await run(key, 'apply', folder, '--exit-code')).toMatchObject({ code: 2, stdout: '' })
    expect(await run(key, 'apply', await fixture.newFolder())).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/contains no workflow\.yaml or workflow\.json\n$/) as string,
    })
    expect(await run(reader, 'apply', folder)).toMatchObject({
      code: 4,
      stdout: expect.stringContaining('stopped at desk: 0 of 1 workflows were applied.') as string,
    })
    const { client } = organization
    const pre = { id: 'a', type: 'trigger', config: { type: 'pre_call' } }
    const { id: workflow_id } = await client.createWorkflow({ name: 'First', definition: { nodes: [pre] } })
    await client.publishWorkflowVersion({ workflow_id, version: '1' })
    await client.goLiveWorkflowVersion({ workflow_id, version: '1' })
    await writeFiles(folder, {
      'desk/workflow.yaml': `key: desk\nname: Desk\ndefinition: { nodes: [${JSON.stringify(pre)}] }\n`,
    })
    const stopped = await run(key, 'apply', folder, '--go-live')
    expect(stopped).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('responded with 409: Another live') as string,
    })
    expect((await readAll(client)).find(({ name }) => name === 'Desk')).toMatchObject({
      versions: [{ status: 'published' }],
    })
  })
})
