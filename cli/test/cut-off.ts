// A server that fails at some call of `parley agents apply`: applying again reaches the same end.
import { type IncomingMessage, type ServerResponse, request } from 'node:http'
import { expect } from 'vitest'
import { startHttpServer } from '../../sdk/test/support/http-server.ts'
import { makeOrganization } from '../../server/test/support/actors.ts'
import { type Fixture, apply, readAll, writeFiles } from './agents-fixture.ts'

export const files = {
  'a/agent.yaml': 'key: a\nname: A\nconfig: { instructions: !file prompt.md }\n',
  'a/prompt.md': 'Be brief.\n',
  'b/agent.yaml': 'key: b\nname: B\nconfig: { instructions: Carry. }\n',
}

const changed = {
  ...files,
  'a/prompt.md': 'Be kind.\n',
  'b/agent.yaml': 'key: b\nname: BB\nactive: false\nconfig: { instructions: Carry more. }\n',
}

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
export async function expectSameEnd(fixture: Fixture, way: 'lost' | 'held', step: number): Promise<void> {
  let was_complete = false
  for (let fatal = 1; !was_complete; fatal += step) {
    expect(fatal).toBeLessThan(60)
    const organization = await makeOrganization(fixture.server)
    const folder = await fixture.newFolder(files)
    let calls = 0
    await using proxy = await startHttpServer((incoming, response) => {
      calls += 1
      if (calls < fatal) return forward(fixture, incoming, response)
      if (calls === fatal && way === 'held') return forward(fixture, incoming, response, true)
      incoming.socket.destroy()
    })
    const cut = fixture.server.as({ token: organization.key, base_url: proxy.url })
    /** The first failure can happen while the agent is created or while it is changed. */
    const attempt = () =>
      apply(cut, folder, { publish: true }).then(
        () => true,
        () => false,
      )
    const was_made = await attempt()
    if (!was_made) await apply(organization.client, folder, { publish: true })
    const made = await readAll(organization.client)
    expect(made.map(({ name }) => name).sort()).toEqual(['A', 'B'])
    for (const { versions } of made) expect(versions).toMatchObject([{ version: 1, published: true }])

    await writeFiles(folder, changed)
    was_complete = was_made && (await attempt())
    if (!was_complete) await apply(organization.client, folder, { publish: true })
    const after = await readAll(organization.client)
    expect(after.map(({ name, active }) => [name, active]).sort()).toEqual([
      ['A', true],
      ['BB', false],
    ])
    for (const { versions } of after) {
      expect(versions).toMatchObject([
        { version: 2, published: true },
        { version: 1, published: true },
      ])
    }
    expect((await apply(organization.client, folder, { publish: true })).count).toBe(0)
  }
}
