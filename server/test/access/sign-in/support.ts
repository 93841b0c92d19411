// Users for the tests of signing in: members with passwords, and browsers in which they are signed in.
import type { AuditEntry } from '@parley/contract'
import type { Client } from '@parley/sdk'
import { createUser, setUserPassword } from '../../../src/access/administration.ts'
import { type Browser, openBrowser } from '../../support/browser.ts'
import { testPorts } from '../../support/ports.ts'
import type { TestServer } from '../../support/server.ts'

export const password = 'correct horse battery'

export interface Person {
  user_id: string
  email: string
}

export const newEmail = () => `person-${crypto.randomUUID()}@example.test`

/** Makes an address a member, like an operator. */
export async function makePerson(
  server: TestServer,
  organization: string,
  { email = newEmail(), role = 'admin' as 'admin' | 'viewer' } = {},
): Promise<Person> {
  const administration = { database: server.database, ports: testPorts }
  const { user_id } = await createUser(administration, { email, organization, role })
  return { user_id, email }
}

export async function givePassword(server: TestServer, { email }: Person, text = password): Promise<void> {
  await setUserPassword({ database: server.database, ports: testPorts }, { email, password: text })
}

/** A member of the organization, signed in. */
export async function enterAsMember(
  server: TestServer,
  organization: string,
  role: 'admin' | 'viewer' = 'admin',
): Promise<{ person: Person; browser: Browser }> {
  const person = await makePerson(server, organization, { role })
  await givePassword(server, person)
  return { person, browser: await enter(server, person.email) }
}

export async function enter(server: TestServer, email: string, text = password): Promise<Browser> {
  const browser = openBrowser(server.url)
  await browser.client.signIn({ email, password: text })
  return browser
}

/** Restores all attempts, because the tests of a file have the same address. */
export async function forgetAttempts(server: TestServer): Promise<void> {
  await server.database.pool.query('delete from sign_in_attempts')
}

/** What the audit log of each organization says of someone who joined by the identity provider. */
export async function rolesTold(clients: readonly Client[], email: string): Promise<unknown[]> {
  const told = clients.map(async (client) => {
    const { data } = await client.listAuditLog({ action: 'finishOpenIdSignIn', outcome: 'done', limit: 1 })
    const [{ actor, target, changes }] = data as [AuditEntry]
    return actor.name === email && target!.type === 'member' ? changes[0]!.to : null
  })
  return Promise.all(told)
}
