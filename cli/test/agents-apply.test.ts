// `parley agents apply` against a real server.
import { randomUUID } from 'node:crypto'
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Client } from '@parley/sdk'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { apply, readAll } from './agents-fixture.ts'
import { type Fixture, createFixture, faultsOf, writeFiles } from './files-fixture.ts'

let fixture: Fixture
beforeAll(async () => {
  fixture = await createFixture()
})
afterAll(() => fixture[Symbol.asyncDispose]())

const concierge = {
  'concierge/agent.yaml': `# The front desk.
key: concierge
name: Concierge
metadata: { team: desk }
config:
  instructions: !file instructions.md
  starting_message: Welcome!
  house_style: { tone: warm }
`,
  'concierge/instructions.md': 'You are the concierge.\nBe brief.\n',
}
const porter = {
  'porter/agent.json': JSON.stringify({
    key: 'porter',
    name: 'Porter',
    active: false,
    config: { instructions: 'Carry.' },
  }),
}

async function start(files: Record<string, string>): Promise<{ client: Client; folder: string }> {
  return { client: await fixture.newClient(), folder: await fixture.newFolder(files) }
}

describe('apply', () => {
  it('creates what is missing, and changes nothing the second time', async () => {
    const { client, folder } = await start({ ...concierge, ...porter })
    const first = await apply(client, folder)
    expect(first.count).toBe(2)
    expect(first.printed).toContain('concierge: new agent; new version 1\n')
    expect(first.printed).toContain('config.house_style is not known; it is stored but has no effect')
    const agents = await readAll(client)
    expect(agents).toHaveLength(2)
    expect(agents.find(({ name }) => name === 'Concierge')).toMatchObject({
      description: null,
      active: true,
      is_demo: false,
      metadata: { team: 'desk', parley_key: 'concierge' },
      versions: [
        {
          version: 1,
          published: false,
          config: {
            instructions: 'You are the concierge.\nBe brief.',
            starting_message: 'Welcome!',
            house_style: { tone: 'warm' },
          },
        },
      ],
    })
    expect(agents.find(({ name }) => name === 'Porter')).toMatchObject({ active: false })

    expect(await apply(client, folder)).toEqual({ count: 0, printed: '0 changed, 2 up to date\n' })
    expect(await readAll(client)).toEqual(agents)
  })

  it('publishes on request, including versions created earlier', async () => {
    const { client, folder } = await start({ ...concierge, ...porter })
    await apply(client, folder)
    const { count, printed } = await apply(client, folder, { publish: true })
    expect({ count, printed }).toEqual({ count: 2, printed: expect.stringContaining('porter: published version 1\n') })
    const agents = await readAll(client)
    expect(agents.map(({ versions }) => versions.map(({ published }) => published))).toEqual([[true], [true]])
    expect((await apply(client, folder, { publish: true })).count).toBe(0)
    expect((await apply(client, folder)).count).toBe(0)
    expect(await readAll(client)).toEqual(agents)
  })

  it('changes only what differs', async () => {
    const { client, folder } = await start(concierge)
    await apply(client, folder, { publish: true })
    const [before] = await readAll(client)

    await writeFiles(folder, { 'concierge/instructions.md': 'You are the concierge.\nBe kind.\n' })
    const told = await apply(client, folder, { dry_run: true })
    expect(told.count).toBe(1)
    expect(told.printed).toContain(`concierge: new version 2
--- server/concierge/instructions.md
+++ folder/concierge/instructions.md
@@ -1,2 +1,2 @@
 You are the concierge.
-Be brief.
+Be kind.
1 to change, 0 up to date
`)
    expect(await readAll(client)).toEqual([before])

    await apply(client, folder)
    const [versioned] = await readAll(client)
    expect(versioned).toEqual({ ...before, versions: [expect.anything(), ...before!.versions] })
    expect(versioned!.versions[0]).toMatchObject({ version: 2, published: false })

    const yaml = concierge['concierge/agent.yaml']
      .replace('team: desk', 'team: night')
      .replace('Concierge', 'Night desk')
    await writeFiles(folder, { 'concierge/agent.yaml': `${yaml}active: false\ndescription: After ten.\n` })
    expect((await apply(client, folder)).printed).toMatch(/^concierge: changed name, description, active, metadata$/m)
    const [renamed] = await readAll(client)
    expect(renamed).toEqual({
      ...versioned,
      name: 'Night desk',
      active: false,
      description: 'After ten.',
      metadata: { team: 'night', parley_key: 'concierge' },
      updated_at: expect.anything(),
    })
  })

  it("compares with the newest version, and never changes somebody else's draft", async () => {
    const { client, folder } = await start(concierge)
    await apply(client, folder)
    const [{ id: agent_id, versions } = expect.fail()] = await readAll(client)
    for (let count = 2; count <= 10; count += 1) {
      const { version } = await client.createAgentVersion({ agent_id, config: { instructions: `Number ${count}` } })
      if (count % 3 === 0) await client.publishAgentVersion({ agent_id, version: String(version) })
    }
    const [before] = await readAll(client)
    // The first version matches the file, but it is history.
    await apply(client, folder, { publish: true })
    const [after] = await readAll(client)
    expect(after!.versions.slice(1)).toEqual(before!.versions)
    expect(after!.versions[0]).toMatchObject({ version: 11, published: true, config: versions[0]!.config })
    expect((await apply(client, folder, { publish: true })).count).toBe(0)
  })

  it('leaves agents without a file alone, and versions if the file has no configuration', async () => {
    const { client, folder } = await start({ 'agent.yaml': 'key: plain\nname: Plain\n' })
    const other = await client.createAgent({ name: 'Other', metadata: { parley_key: 7 } })
    await apply(client, folder, { publish: true })
    const plain = (await readAll(client)).find(({ name }) => name === 'Plain')!
    expect(plain.versions).toEqual([])
    await client.createAgentVersion({ agent_id: plain.id, config: { instructions: 'Written in the console' } })
    expect((await apply(client, folder, { publish: true })).count).toBe(0)
    expect((await readAll(client)).find(({ id }) => id === other.id)).toMatchObject(other)
  })

  it('finds an agent without a key by its id, and adds no key', async () => {
    const { client, folder } = await start({})
    const { id } = await client.createAgent({ name: 'Old', metadata: { a: 1 } })
    await writeFiles(folder, { 'agent.yaml': `key: ${id}\nname: New\nmetadata: { b: 2 }\n` })
    expect((await apply(client, folder)).count).toBe(1)
    expect(await readAll(client)).toMatchObject([{ id, name: 'New', metadata: { b: 2 } }])
    expect((await apply(client, folder)).count).toBe(0)
  })

  it('creates a deleted agent again, each time it is deleted', async () => {
    const { client, folder } = await start(concierge)
    const ids = new Set<string>()
    for (let count = 0; count < 3; count += 1) {
      await apply(client, folder, { publish: true })
      const [agent, ...others] = await readAll(client)
      expect(others).toEqual([])
      expect(agent!.versions).toHaveLength(1)
      ids.add(agent!.id)
      await client.deleteAgent({ agent_id: agent!.id })
    }
    expect(ids.size).toBe(3)
  })

  it('creates one agent and one version when several runs are concurrent', async () => {
    const { client, folder } = await start({ ...concierge, ...porter })
    const results = await Promise.allSettled(Array.from({ length: 5 }, () => apply(client, folder, { publish: true })))
    expect(results.filter(({ status }) => status === 'rejected')).toEqual([])
    const agents = await readAll(client)
    expect(agents).toHaveLength(2)
    for (const { versions } of agents) expect(versions).toMatchObject([{ version: 1, published: true }])
    expect((await apply(client, folder, { publish: true })).count).toBe(0)
  })

  it('escapes control characters in texts from the server', async () => {
    const { client, folder } = await start(concierge)
    await apply(client, folder)
    const [agent] = await readAll(client)
    await client.createAgentVersion({ agent_id: agent!.id, config: { instructions: '\u001b[2J\u202eHi' } })
    const { printed } = await apply(client, folder, { dry_run: true })
    expect(printed).toContain('-\\u001b[2J\\u202eHi\n')
  })
})

describe('faults', () => {
  it('reports the faults of all files at once, including those that only the server finds, and changes nothing', async () => {
    const { client, folder } = await start({
      ...concierge,
      'broken/agent.yaml': 'key: broken\nname: [unclosed\n',
      'fields/agent.yaml': 'key: No Key\nactive: perhaps\nmetadata: { parley_key: x }\nconfig: []\ninstrutions: Hi\n',
      'judged/agent.yaml': `key: judged
name: " "
config:
  instructions: !file texts/prompt.md
  guardrails: !file nowhere.md
`,
      'server/agent.yaml': `key: server
name: " "
description: ${'x'.repeat(10_001)}
config:
  instructions: !file prompt.md
  llm: { provider: openai, temperature: 3 }
  tools: [{ name: no good, description: D }]
`,
      'server/prompt.md': 'Hello {% if %}',
      'list/agent.json': '["no", "object"]',
    })
    expect(await faultsOf(apply(client, folder), folder)).toEqual([
      expect.stringMatching(/^broken\/agent\.yaml: .* at line 3, column 1$/),
      'fields/agent.yaml: key must be 1 to 100 lower-case letters, digits, - or _, starting with a letter or digit',
      'fields/agent.yaml: name is required',
      'fields/agent.yaml: active must be true or false',
      'fields/agent.yaml: config must be an object',
      'fields/agent.yaml: instrutions is not a known field; use one of: key, name, description, active, is_demo, metadata, config, instruction_builder_inputs',
      'fields/agent.yaml: metadata.parley_key is reserved; put the key in the field `key`',
      'judged/agent.yaml: config.instructions !file texts/prompt.md does not exist',
      'judged/agent.yaml: config.guardrails !file nowhere.md does not exist',
      'list/agent.json: must be an object',
      'server/agent.yaml: description must NOT have more than 10000 characters',
    ])
    await writeFiles(folder, {
      'broken/agent.yaml': 'key: broken\nname: Broken\n',
      'fields/agent.yaml': 'key: fields\nname: Fields\n',
      'judged/agent.yaml': 'key: judged\nname: Judged\nconfig: { max_turn_seconds: 0 }\n',
      'server/agent.yaml': `key: server
name: " "
config:
  instructions: !file prompt.md
  llm: { provider: openai, temperature: 3 }
  tools: [{ name: no good, description: D }]
`,
      'list/agent.json': '{"key": "list", "name": "List"}',
    })
    expect(await faultsOf(apply(client, folder), folder)).toEqual([
      'judged/agent.yaml: config.max_turn_seconds must be at least 1',
      'server/agent.yaml: name must not be blank',
      expect.stringMatching(/^server\/prompt\.md: config\.instructions is not a valid template: /),
      'server/agent.yaml: config.llm.model is required',
      'server/agent.yaml: config.llm.temperature must be at most 2',
      expect.stringMatching(/^server\/agent\.yaml: config\.tools\.0\.name /),
    ])
    expect(await readAll(client)).toEqual([])
  })

  it('rejects two files with one key, and two agents in one folder', async () => {
    const { client, folder } = await start({
      ...concierge,
      'copy/agent.yaml': 'key: concierge\nname: Copy\n',
      'copy/agent.json': '{"key": "other", "name": "Other"}',
    })
    expect(await faultsOf(apply(client, folder), folder)).toEqual([
      'copy/agent.yaml: key is already used by concierge/agent.yaml',
      'copy/agent.yaml: is in the same folder as copy/agent.json; give each agent its own folder',
    ])
    expect(await readAll(client)).toEqual([])
  })

  it('rejects a key that two agents on the server have', async () => {
    const { client, folder } = await start(concierge)
    const metadata = { parley_key: 'concierge' }
    const twins = [await client.createAgent({ name: 'A', metadata }), await client.createAgent({ name: 'B', metadata })]
    const [line, ...more] = await faultsOf(apply(client, folder), folder)
    expect(more).toEqual([])
    expect(line).toMatch(/^concierge\/agent\.yaml: key matches 2 agents on the server: /)
    for (const { id } of twins) expect(line).toContain(id)
  })

  it('rejects paths that leave the folder, and files that are not text or too large', async () => {
    const { client, folder } = await start({
      'links/agent.yaml':
        'key: links\nname: !file ../../secret.txt\ndescription: !file link.txt\nmetadata: { a: !file /etc/hostname }\n',
      'large/agent.yaml': `key: large\nname: ${'x'.repeat(1024 * 1024)}\n`,
      'odd/agent.yaml': 'key: odd\nname: !file bytes.md\ndescription: !file folder\n',
      '.hidden/agent.yaml': 'nonsense',
    })
    await writeFile(join(folder, '..', 'secret.txt'), 'secret')
    await symlink(join(folder, '..', 'secret.txt'), join(folder, 'links', 'link.txt'))
    await symlink(join(folder, '..'), join(folder, 'up'))
    await symlink(join(folder, 'links'), join(folder, 'same'))
    await symlink(join(folder, 'nowhere'), join(folder, 'odd', 'dangling'))
    await mkdir(join(folder, 'dangling'))
    await symlink(join(folder, 'nowhere'), join(folder, 'dangling', 'agent.yaml'))
    await mkdir(join(folder, 'elsewhere'))
    await symlink(join(folder, '..', 'secret.txt'), join(folder, 'elsewhere', 'agent.yaml'))
    await writeFile(join(folder, 'odd', 'bytes.md'), Buffer.from([0xff, 0xfe]))
    await mkdir(join(folder, 'odd', 'folder'))
    const deep = Array.from({ length: 10 }, (_none, index) => `d${index}`).join('/')
    await mkdir(join(folder, deep), { recursive: true })
    const lines = await faultsOf(apply(client, folder), folder)
    expect(lines.join('\n')).not.toContain('secret\n')
    expect(lines).toEqual([
      'd0/d1/d2/d3/d4/d5/d6/d7/d8: is more than 8 folders deep',
      'up: links to a folder outside this folder',
      'dangling/agent.yaml: does not exist',
      'elsewhere/agent.yaml: leads out of the folder',
      'large/agent.yaml: is larger than 1048576 bytes',
      'links/agent.yaml: name !file ../../secret.txt leads out of the folder',
      'links/agent.yaml: description !file link.txt leads out of the folder',
      'links/agent.yaml: metadata.a !file /etc/hostname must be a relative path to another file',
      'odd/agent.yaml: name !file bytes.md is not valid UTF-8',
      'odd/agent.yaml: description !file folder is not a file',
    ])
  })

  it('rejects more agents than the limit', async () => {
    const many = Array.from({ length: 1001 }, (_none, index): [string, string] => [`a${index}/agent.yaml`, 'key: x'])
    const { client, folder } = await start(Object.fromEntries(many))
    const [line] = await faultsOf(apply(client, folder), folder)
    expect(line).toBe(`${folder}: contains more than 1000 agent files`)
  })

  test.each([
    ['a folder that does not exist', 'nowhere', /the folder .* does not exist/],
    ['a folder without agents', '.', /contains no agent\.yaml or agent\.json/],
  ])('%s', async (_what, name, message) => {
    const { client, folder } = await start({ 'README.md': randomUUID() })
    expect((await faultsOf(apply(client, join(folder, name)), folder))[0]).toMatch(message)
  })
})
