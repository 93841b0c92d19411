// P6: an organization that has an admin never loses its last one. And of two acts on one invitation, or on a parent and its new child, one
// wins. PARLEY_TEST_RACES says how many of each (default 8).
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Organization, makeOrganization, makeUser } from '../support/actors.ts'
import { openBrowser } from '../support/browser.ts'
import { type TestServer, refusal, startTestServer } from '../support/server.ts'

const races = Number(process.env.PARLEY_TEST_RACES ?? 8)
const time_limit_ms = 20_000 + races * 2000

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server[Symbol.asyncDispose]())

const statusOf = async (call: Promise<unknown>) =>
  call.then(
    () => 'done',
    (error: { code?: string }) => error.code ?? String(error),
  )

describe('P6: an admin remains', () => {
  test(
    'P6: of any number of calls at once that remove or demote admins, one is refused',
    async () => {
      const organization = await makeOrganization(server)
      for (let race = 0; race < races; race += 1) {
        const admins = await Promise.all(Array.from({ length: 3 }, () => makeUser(server, organization.id)))
        const { client } = organization
        const ends = admins.flatMap(({ user_id }) => [
          () => client.deleteMember({ user_id }),
          () => client.updateMember({ user_id, role: 'viewer' }),
          () => client.deleteMember({ user_id }),
        ])
        const outcomes = await Promise.all(
          ends
            .slice(race % 3)
            .concat(ends.slice(0, race % 3))
            .map((end) => statusOf(end())),
        )
        expect(new Set(outcomes)).toEqual(new Set([...outcomes.filter((one) => one !== 'last_admin'), 'last_admin']))
        const { data } = await client.listMembers({ limit: 100 })
        expect(data.filter(({ role }) => role === 'admin')).toHaveLength(1)
        await server.database.pool.query('delete from members where organization_id = $1', [organization.id])
      }
    },
    time_limit_ms,
  )

  test('P6: also a partner and the command line are refused', async () => {
    const { id: partner_id, client } = await makeOrganization(server)
    const { id } = await client.createChildOrganization({ name: 'Child' })
    const { user_id } = await makeUser(server, id)
    const last = { status: 409, code: 'last_admin' }
    expect(await refusal(client.deleteChildMember({ organization_id: id, user_id }))).toMatchObject(last)
    const demotion = client.updateChildMember({ organization_id: id, user_id, role: 'viewer' })
    expect(await refusal(demotion)).toMatchObject(last)
    const { deleteUserFrom } = await import('../../src/access/inventory.ts')
    const { rows } = await server.database.pool.query('select email from users where id = $1', [user_id])
    const removal = deleteUserFrom(server.database, { organization: id, email: (rows[0] as { email: string }).email })
    await expect(removal).rejects.toMatchObject({ error: 'last_admin' })
    expect((await client.listChildMembers({ organization_id: id })).data).toHaveLength(1)
    expect(partner_id).not.toBe(id)
  })
})

describe('one act wins', () => {
  test(
    'of accepting, declining and revoking an invitation',
    async () => {
      const { client, id } = await makeOrganization(server)
      for (let race = 0; race < races; race += 1) {
        await server.database.pool.query('delete from sign_in_attempts')
        const email = `${crypto.randomUUID()}@example.test`
        const { token, invitation_id } = await client.createInvitation({ email, role: 'viewer' })
        const acts = {
          accepted: () => openBrowser(server.url).client.acceptInvitation({ token, password: 'a long enough one' }),
          declined: () => openBrowser(server.url).client.declineInvitation({ token }),
          revoked: () => client.deleteInvitation({ invitation_id }),
        }
        const outcomes = await Promise.all(Object.values(acts).map((act) => statusOf(act())))
        expect(outcomes.filter((one) => one === 'done')).toHaveLength(1)
        expect(outcomes.filter((one) => one === 'invitation_closed' || one === 'not_found')).toHaveLength(2)
        const state = Object.keys(acts)[outcomes.indexOf('done')]
        const { rows } = await server.database.pool.query(
          `select e.state, (select count(*)::int from members m join users u on u.id = m.user_id where u.email = $2 and m.organization_id = $3) as members
           from ended_invitations e where e.id = $1`,
          [invitation_id, email, id],
        )
        expect(rows).toEqual([{ state, members: state === 'accepted' ? 1 : 0 }])
      }
    },
    time_limit_ms,
  )

  test(
    'of deleting a parent and creating a child below it',
    async () => {
      for (let race = 0; race < races; race += 1) {
        const parent: Organization = await makeOrganization(server)
        const { slug } = await parent.client.getOrganization()
        const outcomes = await Promise.all([
          statusOf(parent.client.deleteOrganization({ confirm: slug })),
          statusOf(parent.client.createChildOrganization({ name: 'Child' })),
        ])
        expect(outcomes.filter((one) => one === 'done')).toHaveLength(1)
        const { rows } = await server.database.pool.query(
          'select count(*)::int as children from organizations where parent_id = $1 and deleted_at is null',
          [parent.id],
        )
        expect(rows).toEqual([{ children: outcomes[1] === 'done' ? 1 : 0 }])
      }
    },
    time_limit_ms,
  )
})
