// The rotation of the secret key, again and again, and with a turn that its node cannot carry out.
import { expect, test } from 'vitest'
import { startTestServer } from '../support/server.ts'
import { newAgent, opened_hosts, peer, rotate, rotateWhileWriting, setStage } from './rotating.ts'

setStage()

test('T7: a turn that such a node cannot run is run by one with the new key', async () => {
  await using server = await startTestServer(opened_hosts)
  await server.client.setSecret({ name: 'TOKEN', value: 'planted-value' })
  const agent_id = await newAgent(server)
  const { conversation } = await server.client.createConversation({ channel: 'text', user_id: 'u', agent_id })
  await rotate(server)
  await using _another = await server.startAnother()
  const { reply } = await server.client.sendConversationMessage({ conversation_id: conversation.id, text: 'Send' })
  expect(reply).toBe('Done.')
  expect(peer.requests.map(({ body }) => body)).toEqual([])
})

test('everything accepted during repeated rotations can be read afterwards', () => rotateWhileWriting(5))
