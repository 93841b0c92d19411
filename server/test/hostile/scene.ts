// One node with two organizations: the loud one attacks, and the quiet one's calls must continue as if it were alone.
import { type Organization, makeOrganization } from '../support/actors.ts'
import { type NodeOptions, type TestServer, publishAgent, startTestServer } from '../support/server.ts'
import { steadyTime } from '../support/steady-time.ts'

export interface Scene extends AsyncDisposable {
  server: TestServer
  loud: Organization
  quiet: Organization
  /** A published agent of the quiet one, answered by the scripted model. */
  quiet_agent_id: string
  /** Calls as the quiet one repeatedly, for as long as the attack lasts. Failures of the attack itself are ignored. */
  duringAttack(attack: () => Promise<unknown>): Promise<QuietCalls>
}

/** What the quiet organization experienced. */
export interface QuietCalls {
  /** Of each call that succeeded, in milliseconds, shortest first. */
  took_ms: number[]
  /** Why the others failed. */
  failures: unknown[]
}

export async function startScene(environment: Record<string, string> = {}, options: NodeOptions = {}): Promise<Scene> {
  await using stack = new AsyncDisposableStack()
  const server = stack.use(await startTestServer(environment, options))
  const [loud, quiet] = [await makeOrganization(server), await makeOrganization(server)]
  const { agent_id: quiet_agent_id } = await publishAgent(quiet.client)
  const owned = stack.move()
  return {
    server,
    loud,
    quiet,
    quiet_agent_id,
    duringAttack: (attack) => callWhile(attack, () => callQuietly(quiet, quiet_agent_id)),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** What a customer does: a conversation with one message, read back. */
async function callQuietly({ client }: Organization, agent_id: string): Promise<void> {
  const { conversation } = await client.createConversation({ channel: 'text', user_id: 'quiet', agent_id })
  const conversation_id = conversation.id
  await client.sendConversationMessage({ conversation_id, text: 'Hello' })
  await client.getConversation({ conversation_id })
  await client.endConversation({ conversation_id })
}

async function callWhile(attack: () => Promise<unknown>, call: () => Promise<void>): Promise<QuietCalls> {
  const seen: QuietCalls = { took_ms: [], failures: [] }
  const over = new AbortController()
  const attacked = Promise.allSettled([attack()]).then(() => over.abort())
  do {
    const startedAt = steadyTime()
    try {
      await call()
      seen.took_ms.push(steadyTime() - startedAt)
    } catch (error) {
      seen.failures.push(error)
    }
  } while (!over.signal.aborted)
  await attacked
  seen.took_ms.sort((a, b) => a - b)
  return seen
}

export function percentile(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN
}
