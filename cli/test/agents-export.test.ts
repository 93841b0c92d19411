// `parley agents export` against a real server, and round trips with `apply`.
import { readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Client, ApiError } from '@parley/sdk'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { apply, exportTo, readAll } from './agents-fixture.ts'
import { type Fixture, createFixture, faultsOf, readFiles, writeFiles } from './files-fixture.ts'

let fixture: Fixture
beforeAll(async () => {
  fixture = await createFixture()
})
afterAll(() => fixture[Symbol.asyncDispose]())

const edited = {
  'desk/agent.yaml': `# Kept by hand.
name: Desk
key: desk
config: { instructions: !file ../shared/prompt.md, starting_message: "Hi!" }
`,
  'shared/prompt.md': 'Be brief.',
}

async function start(files: Record<string, string> = {}): Promise<{ client: Client; folder: string }> {
  return { client: await fixture.newClient(), folder: await fixture.newFolder(files) }
}

describe('export', () => {
  it('writes what apply reads: nothing differs on this server, and another server gets everything', async () => {
    const { client, folder } = await start()
    const { agent_id } = await client.createAgent({ name: 'Ünï & Söns', description: '', metadata: { a: [1] } })
    const config: object = { guardrails: 'Never.', instructions: 'Be brief.\n', stt: { b: 1, a: 2 } }
    await client.createAgentVersion({
      agent_id,
      config,
      instruction_builder_inputs: { goal: 'sell' },
    })
    const demo = await client.createAgent({
      name: '日本',
      is_demo: true,
      active: false,
      metadata: { parley_key: 'tokyo' },
    })
    const before = await readAll(client)
    expect(await exportTo(client, folder)).toMatch(/\n2 agents: 4 files written\n$/)
    const files = await readFiles(folder)
    const own = `uni-sons-${agent_id.slice(-12)}`
    expect(files).toEqual({
      [`${own}/agent.yaml`]: `key: ${agent_id}
name: Ünï & Söns
description: ""
metadata:
  a:
    - 1
config:
  instructions: !file instructions.md
  guardrails: !file guardrails.md
  stt:
    a: 2
    b: 1
instruction_builder_inputs:
  goal: sell
`,
      [`${own}/guardrails.md`]: 'Never.\n',
      [`${own}/instructions.md`]: 'Be brief.\n\n',
      'tokyo/agent.yaml': 'key: tokyo\nname: 日本\nactive: false\nis_demo: true\n',
    })
    expect((await apply(client, folder)).count).toBe(0)
    expect(await exportTo(client, folder)).toBe('2 agents: every file is up to date\n')
    expect(await readAll(client)).toEqual(before)

    const elsewhere = await fixture.newClient()
    expect((await apply(elsewhere, folder)).count).toBe(2)
    expect((await apply(elsewhere, folder)).count).toBe(0)
    expect(await exportTo(elsewhere, folder)).toBe('2 agents: every file is up to date\n')
    const again = await fixture.newFolder()
    await exportTo(elsewhere, again)
    expect(Object.values(await readFiles(again)).sort()).toEqual(Object.values(files).sort())
    expect(demo.id).not.toBe((await readAll(elsewhere))[0]!.id)
  })

  it('keeps files that have the same content in another form', async () => {
    const { client, folder } = await start(edited)
    await apply(client, folder)
    expect(await exportTo(client, folder)).toBe('1 agent: every file is up to date\n')
    expect(await readFiles(folder)).toEqual(edited)
  })

  it('overwrites files only with --force, and deletes nothing', async () => {
    const { client, folder } = await start({
      ...edited,
      'desk/instructions.md': 'Mine.',
      'desk/notes.txt': 'Mine too.',
    })
    await apply(client, folder)
    const [agent] = await readAll(client)
    await client.createAgentVersion({ agent_id: agent!.id, config: { instructions: 'Be kind.' } })
    await client.createAgent({ name: 'New', metadata: { parley_key: 'new' } })
    const files = await readFiles(folder)
    expect(await faultsOf(exportTo(client, folder), folder)).toEqual([
      'desk/instructions.md: has other content; pass --force to overwrite it',
      'desk/agent.yaml: has other content; pass --force to overwrite it',
    ])
    expect(await readFiles(folder)).toEqual(files)

    await exportTo(client, folder, { force: true })
    expect(await readFiles(folder)).toEqual({
      ...files,
      'desk/agent.yaml': 'key: desk\nname: Desk\nconfig:\n  instructions: !file instructions.md\n',
      'desk/instructions.md': 'Be kind.\n',
      'new/agent.yaml': 'key: new\nname: New\n',
    })
    expect((await apply(client, folder)).count).toBe(0)
  })

  it('exports selected agents, and JSON', async () => {
    const { client, folder } = await start()
    const { id } = await client.createAgent({ name: 'A', metadata: { parley_key: 'a' } })
    await client.createAgentVersion({ agent_id: id, config: { instructions: 'Hi' } })
    await client.createAgent({ name: 'B', metadata: { parley_key: 'b' } })
    await exportTo(client, folder, { ids: [id, id], format: 'json' })
    const files = await readFiles(folder)
    expect(Object.keys(files)).toEqual(['a/agent.json'])
    expect(JSON.parse(files['a/agent.json']!)).toEqual({ key: 'a', name: 'A', config: { instructions: 'Hi' } })
    expect((await apply(client, folder)).count).toBe(0)
    await client.updateAgent({ agent_id: id, name: 'AA' })
    await exportTo(client, folder, { ids: [id], force: true })
    expect(Object.keys(await readFiles(folder))).toEqual(['a/agent.json'])
    expect((await apply(client, folder)).count).toBe(0)
    await expect(exportTo(client, folder, { ids: ['nobody'] })).rejects.toThrow(ApiError)
  })

  it("follows no link, and writes neither into another agent's folder nor out of the folder", async () => {
    const { client, folder } = await start({ 'taken/agent.json': '{"key": "other", "name": "O"}' })
    for (const parley_key of ['taken', 'linked', '../../out', 'x/y', '']) {
      await client.createAgent({ name: '../..', metadata: { parley_key } })
    }
    const target = join(folder, '..', `target-${Date.now()}`)
    await writeFile(target, 'untouched')
    await writeFiles(folder, { 'linked/x': '' })
    await symlink(target, join(folder, 'linked', 'agent.yaml'))
    expect(await faultsOf(exportTo(client, folder, { force: true }), folder)).toEqual([
      'linked/agent.yaml: leads out of the folder',
    ])
    await rm(join(folder, 'linked', 'agent.yaml'))
    await writeFiles(folder, { 'linked/agent.yaml/x': '' })
    expect(await faultsOf(exportTo(client, folder, { force: true }), folder)).toEqual([
      'linked/agent.yaml: is not a file',
    ])
    await rm(join(folder, 'linked'), { recursive: true })
    expect(await faultsOf(exportTo(client, folder, { force: true }), folder)).toEqual([
      'taken: already contains the agent other, so taken cannot be written here',
    ])
    await rm(join(folder, 'taken'), { recursive: true })
    await exportTo(client, folder)
    const names = Object.keys(await readFiles(folder))
    expect(names).toHaveLength(5)
    expect(names.filter((name) => /^agent-[0-9a-f]{12}\/agent\.yaml$/.test(name))).toHaveLength(3)
    expect(await readFile(target, 'utf8')).toBe('untouched')
    expect((await apply(client, folder)).count).toBe(0)
  })

  it('refuses to write two agents with one key', async () => {
    const { client, folder } = await start()
    for (const name of ['A', 'B']) await client.createAgent({ name, metadata: { parley_key: 'same' } })
    expect((await faultsOf(exportTo(client, folder), folder))[0]).toMatch(/^2 agents have the key same: /)
  })
})
