// A server that fails at some call of `apply`: applying again reaches the same end.
import { type IncomingMessage, type ServerResponse, request } from 'node:http'
import type { Client } from '@parley/sdk'
import { expect } from 'vitest'
import { startHttpServer } from '../../sdk/test/support/http-server.ts'
import { makeOrganization } from '../../server/test/support/actors.ts'
import * as agents from './agents-fixture.ts'
import { type Fixture, writeFiles } from './files-fixture.ts'
import * as workflows from './workflows-fixture.ts'

export const files = {
  'a/agent.yaml': 'key: a\nname: A\nconfig: { instructions: !file prompt.md }\n',
  'a/prompt.md': 'Be brief.\n',
  'b/agent.yaml': 'key: b\nname: B\nconfig: { instructions: Carry. }\n',
}

/** What is applied, and what the server must have then. */
interface Subject {
  files: Record<string, string>
  /** Applied after `files`. */
  changed: Record<string, string>
  /** Returns how many differed. */
  apply: (client: Client, folder: string) => Promise<number>
  /** What names it, and its versions, newest first. */
  read: (client: Client) => Promise<{ told: unknown; versions: object[] }[]>
  made: unknown[]
  ended: unknown[]
  versions: object[][]
}

const published = (version: number) => ({ version, published: true })

const ofAgents: Subject = {
  files,
  changed: {
    ...files,
    'a/prompt.md': 'Be kind.\n',
    'b/agent.yaml': 'key: b\nname: BB\nactive: false\nconfig: { instructions: Carry more. }\n',
  },
  apply: async (client, folder) => (await agents.apply(client, folder, { publish: true })).count,
  read: async (client) =>
    (await agents.readAll(client)).map(({ name, active, versions }) => ({ told: `${name} ${active}`, versions })),
  made: ['A true', 'B true'],
  ended: ['A true', 'BB false'],
  versions: [[published(1)], [published(2), published(1)]],
}

/** Without code or expressions, whose check starts a process for each organization. */
const called = (second: string) => `key: b\nname: B\ndefinition:
  nodes:
    - { id: start, type: start, next: ${second} }
    - { id: ${second}, type: http, config: { method: GET, url: !file address.txt } }
`

const ofWorkflows: Subject = {
  files: {
    'a/workflow.yaml': `key: a\nname: A\ndefinition:
  nodes:
    - { id: start, type: start, next: call }
    - { id: call, type: app, config: { connection: parley, tool: executeWorkflowAsync, arguments: { workflow_id: !workflow b } } }
`,
    'b/workflow.yaml': called('x'),
    'b/address.txt': 'https://example.com/',
  },
  changed: {
    'a/workflow.yaml': `key: a\nname: AA\ndefinition: { nodes: [{ id: timer, type: trigger, config: { type: timer, cron: "0 0 * * *" } }] }\n`,
    'b/workflow.yaml': called('y'),
  },
  apply: async (client, folder) => (await workflows.apply(client, folder, { go_live: true })).count,
  read: async (client) =>
    (await workflows.readAll(client)).map(({ name, live_version, versions }) => ({
      told: `${name} ${live_version}`,
      versions,
    })),
  made: ['A 1', 'B 1'],
  ended: ['AA 2', 'B 2'],
  versions: [
    [{ version: 1, status: 'live' }],
    [
      { version: 2, status: 'live' },
      { version: 1, status: 'published' },
    ],
  ],
}

export const subjects = { agents: ofAgents, workflows: ofWorkflows }

/** `hold`: the server handles the request, but its response never arrives. */
export function forward(
  fixture: { server: Pick<Fixture['server'], 'url'> },
  incoming: IncomingMessage,
  response: ServerResponse,
  hold = false,
): void {
  const { method, url, headers } = incoming
  const onward = request(`${fixture.server.url}${url}`, { method: method!, headers }, (answer) => {
    if (hold) answer.resume().on('end', () => incoming.socket.destroy())
    else answer.pipe(response.writeHead(answer.statusCode!, answer.headers))
  })
  incoming.pipe(onward)
}

/** When the server fails, at a call. */
export const ways = [
  ['before it handles a request', 'lost'],
  ['after it handled a request, before it responds', 'held'],
] as const

/** At each call, or at each so many. */
export async function expectSameEnd(
  fixture: Fixture,
  subject: Subject,
  way: 'lost' | 'held',
  step: number,
): Promise<void> {
  let was_complete = false
  for (let fatal = 1; !was_complete; fatal += step) {
    expect(fatal).toBeLessThan(80)
    const organization = await makeOrganization(fixture.server)
    const folder = await fixture.newFolder(subject.files)
    let calls = 0
    await using proxy = await startHttpServer((incoming, response) => {
      calls += 1
      if (calls < fatal) return forward(fixture, incoming, response)
      if (calls === fatal && way === 'held') return forward(fixture, incoming, response, true)
      incoming.socket.destroy()
    })
    const cut = fixture.server.as({ token: organization.key, base_url: proxy.url })
    /** The first failure can happen while they are created or while they are changed. */
    const attempt = () =>
      subject.apply(cut, folder).then(
        () => true,
        () => false,
      )
    const was_made = await attempt()
    if (!was_made) await subject.apply(organization.client, folder)
    await expectState(subject, organization.client, subject.made, subject.versions[0]!)

    await writeFiles(folder, subject.changed)
    was_complete = was_made && (await attempt())
    if (!was_complete) await subject.apply(organization.client, folder)
    await expectState(subject, organization.client, subject.ended, subject.versions[1]!)
    expect(await subject.apply(organization.client, folder)).toBe(0)
  }
}

async function expectState({ read }: Subject, client: Client, told: unknown[], versions: object[]): Promise<void> {
  const found = await read(client)
  expect(found.map((one) => one.told).sort()).toEqual(told)
  for (const one of found) expect(one.versions).toMatchObject(versions)
}
