// The world of the recordings: one server, whose time passes from request to request, and its peers.
import type { Client } from '@parley/sdk'
import { expect } from 'vitest'
import type { Organization } from '../support/actors.ts'
import { makeOrganization } from '../support/actors.ts'
import { type IdentityProvider, startIdentityProvider } from '../support/identity-provider.ts'
import { type TestServer, publishAgent, startTestServer } from '../support/server.ts'
import { type ToolPeer, opened_hosts, startToolPeer } from '../support/tool-peer.ts'
import { opened_sites } from '../web-widgets/site.ts'
import { type Clock, systemPorts } from '../../src/base/ports.ts'
import { type Recorder, createRecorder } from './recorder.ts'

export interface World extends AsyncDisposable {
  server: TestServer
  provider: IdentityProvider
  peer: ToolPeer
  clock: Clock
  /** Records as the admin of an organization that no other recording uses. */
  openWalk(name: string): Promise<Walk>
}

/** One recording. */
export interface Walk extends Recorder {
  world: World
  organization: Organization
  /** From now on this text, which differs in each run, is shown as a name. */
  name(text: string, name: string): void
  /** The same recording, of another node. */
  at(url: string): Recorder
  /** Another caller with the same rights, whose calls are not recorded and do not count for the recorded ones. */
  watch(): Promise<Client>
}

/** As browsers reach the server. */
export const public_url = 'https://parley.example.test'

/** Small, so that a walk reaches them. */
const limits = {
  PARLEY_LIMIT_WAITING_TURNS: '1',
  PARLEY_LIMIT_AUDIT_EXPORT_ROWS: '3',
  PARLEY_LIMIT_SECRET_BYTES: '1024',
  PARLEY_LIMIT_ANSWER_BYTES: '65536',
  PARLEY_LIMIT_DATASETS: '5',
  PARLEY_LIMIT_SOURCES: '50',
  PARLEY_LIMIT_FILE_BYTES: '8192',
  PARLEY_LIMIT_STORED_BYTES_OF_ORGANIZATION: '65536',
  PARLEY_LIMIT_WEB_WIDGETS: '3',
  PARLEY_LIMIT_WEB_WIDGET_BLOCKS: '1',
  PARLEY_LIMIT_WORKFLOWS: '6',
  PARLEY_LIMIT_WORKFLOW_VERSIONS: '3',
  PARLEY_LIMIT_WORKFLOW_CONNECTIONS: '2',
  PARLEY_LIMIT_QUEUED_EXECUTIONS: '2',
}

export async function openWorld(): Promise<World> {
  await using stack = new AsyncDisposableStack()
  const time = createWireTime()
  const provider = stack.use(await startIdentityProvider(public_url))
  const peer = stack.use(await startToolPeer())
  const captcha = { PARLEY_TURNSTILE_URL: `${peer.url}/captcha` }
  const settings = { PARLEY_RATE_LIMIT_PER_MINUTE: '600', ...limits, ...opened_hosts, ...opened_sites, ...captcha }
  const server = stack.use(
    await startTestServer(settings, { ports: { clock: time.clock }, first_pages: () => [peer.url] }),
  )
  const owned = stack.move()
  const world: World = {
    ...{ server, provider, peer, clock: time.clock },
    async openWalk(name) {
      const organization = await makeOrganization(server, `Wire ${name}`)
      const literals = new Map([
        [new URL(server.url).host, '<server>'],
        [new URL(peer.url).host, '<peer>'],
        [provider.issuer, '<provider>'],
        [encodeURIComponent(provider.issuer), '<provider>'],
      ])
      const options = { tick: time.tick, key: organization.key, literals }
      const recorder = createRecorder({ url: server.url, ...options })
      const at = (url: string) => createRecorder({ url, ...options, exchanges: recorder.exchanges })
      const watch = async () => {
        const { json } = await recorder.prepare('createOrganizationKey', { body: { name: 'Watcher' } })
        return server.as({ token: json.pat_key })
      }
      const name_ = (text: string, shown: string) => void literals.set(text, shown)
      return { ...recorder, world, organization, at, watch, name: name_ }
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
  return world
}

/** Between two requests: more than a limit of 600 a minute needs to forget the cost of the first one. */
const between_requests_ms = 5000

/**
 * The only duration that is measured is the one between requests, which is always the same: what is left of a rate limit and
 * how long a
 * tool took can be recorded unchanged. Two moments of the wall clock are never equal, so their names differ too.
 */
function createWireTime() {
  let monotonic_ms = 0
  let last_ms = 0
  const now = () => (last_ms = Math.max(last_ms + 1, systemPorts.clock.now()))
  return {
    clock: { ...systemPorts.clock, now, monotonic: () => monotonic_ms },
    tick: () => void (monotonic_ms += between_requests_ms),
  }
}

/** Asks seldom: the time of the walk, which gives a rate limit its requests back, does not pass meanwhile. */
export const until = (condition: () => unknown) =>
  expect.poll(condition, { timeout: 60_000, interval: 200 }).toBeTruthy()

/** The id of a published agent. */
export async function makeAgent({ organization }: Walk, config: object = {}): Promise<string> {
  return (await publishAgent(organization.client, config)).agent_id
}
