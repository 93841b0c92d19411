// What one organization can learn of another's users, and what a credential can do beyond its own rights.
import { scopesOfRole } from '@parley/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createUser } from '../../src/access/administration.ts'
import { systemPorts } from '../../src/base/ports.ts'
import { makeKey } from '../support/actors.ts'
import { openBrowser } from '../support/browser.ts'
import { publishAgent, refusal } from '../support/server.ts'
import { newEmail, password } from '../access/sign-in/support.ts'
import { type Scene, startScene } from './scene.ts'

let scene: Scene
beforeAll(async () => {
  scene = await startScene()
})
afterAll(() => scene[Symbol.asyncDispose]())

describe('an email address that is added as a member', () => {
  /** Differences between two answers other than the input and random values. */
  const shapeOf = (answer: object, email: string) =>
    JSON.parse(
      JSON.stringify(answer)
        .replaceAll(email, '<email>')
        .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '<id>')
        .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>')
        .replaceAll(/[A-Za-z0-9_-]{43}/g, '<token>'),
    )

  test('gets the same answer with an account elsewhere and without', async () => {
    const { server, loud, quiet } = scene
    const administration = { database: server.database, ports: systemPorts }
    const [unknown, known, invited] = [newEmail(), newEmail(), newEmail()]
    await createUser(administration, { email: known, name: 'Secret Name', organization: quiet.id, role: 'admin' })
    const { token } = await quiet.client.createInvitation({ email: invited, role: 'viewer' })
    await openBrowser(server.url).client.acceptInvitation({ token, password, name: 'Other Name' })
    const answers = []
    for (const email of [unknown, known, invited]) {
      const answer = await loud.client
        .createMember({ email, role: 'viewer', name: 'As given' })
        .catch((e: unknown) => e)
      answers.push(shapeOf(answer as object, email))
    }
    expect(answers[1]).toEqual(answers[0])
    expect(answers[2]).toEqual(answers[0])
    expect(answers[0]).toMatchObject({ email: '<email>', name: 'As given' })
    const { data } = await loud.client.listMembers({ limit: 100 })
    expect(JSON.stringify(data)).not.toMatch(/Secret Name|Other Name/)
  })
})

describe('a token that may end a conversation but not read it', () => {
  test('does not get the summary', async () => {
    const { server, loud } = scene
    const { agent_id } = await publishAgent(loud.client, { analysis: { summary: { enabled: true }, wait_ms: 10_000 } })
    const { conversation } = await loud.client.createConversation({ channel: 'text', user_id: 'u', agent_id })
    const conversation_id = conversation.id
    await loud.client.sendConversationMessage({ conversation_id, text: 'The secret plan' })
    const as = async (permissions: ('read' | 'end')[]) =>
      server.as({ token: (await loud.client.createConversationToken({ conversation_id, permissions })).token })
    const { summary } = await loud.client.endConversation({ conversation_id })
    expect(summary).not.toBeNull()
    const ended = await (await as(['end'])).endConversation({ conversation_id })
    expect(ended).toEqual({ conversation_id, status: 'completed', duration: expect.any(Number), summary: null })
    expect((await (await as(['read', 'end'])).endConversation({ conversation_id })).summary).toBe(summary)
  })
})

describe('a credential grants nothing that it does not have itself', () => {
  test('no key with more rights', async () => {
    const { server } = scene
    const keeper = server.as({ token: await makeKey(server, { only: ['organizations:manage'] }) })
    const admin_key = await server.client.createOrganizationKey({ name: 'Full admin' })
    const reading_key = await server.client.createOrganizationKey({ name: 'R', scopes: ['conversations:read'] })
    for (const { key_id, pat_key } of [admin_key, reading_key]) {
      const refused = await refusal(keeper.deleteOrganizationKey({ key_id }))
      expect(refused).toMatchObject({ status: 403, code: 'forbidden' })
      expect(refused.message).toContain('conversations:read')
      await server.as({ token: pat_key }).getMyScopes()
    }
    const equal = await server.client.createOrganizationKey({ name: 'E', scopes: ['organizations:manage'] })
    await keeper.deleteOrganizationKey({ key_id: equal.key_id })
    await server.client.deleteOrganizationKey({ key_id: admin_key.key_id })
    await server.client.deleteOrganizationKey({ key_id: reading_key.key_id })
  })

  test('no invitation to more than its own role, neither by deleting nor by replacing it', async () => {
    const { server } = scene
    const token = await makeKey(server, { only: ['members:manage', ...scopesOfRole.viewer] })
    const keeper = server.as({ token })
    const email = newEmail()
    const { invitation_id } = await server.client.createInvitation({ email, role: 'admin' })
    expect(await refusal(keeper.deleteInvitation({ invitation_id }))).toMatchObject({ status: 403, code: 'forbidden' })
    const replaced = keeper.createInvitation({ email, role: 'viewer' })
    expect(await refusal(replaced)).toMatchObject({ status: 403, code: 'forbidden' })
    const open = (await server.client.listInvitations({ limit: 100 })).data.find((row) => row.email === email)
    expect(open).toMatchObject({ invitation_id, role: 'admin' })
    const lesser = await server.client.createInvitation({ email: newEmail(), role: 'viewer' })
    await keeper.deleteInvitation({ invitation_id: lesser.invitation_id })
    await server.client.deleteInvitation({ invitation_id })
  })
})
