// The entries for what visitors of web widgets call, and for the statistics of that.
import type { publicWidgetOperations, widgetStatisticsOperations } from '@parley/contract'
import type { EntriesOf, World } from '../contract/entries.ts'
import { enter, endUser, loadFrame } from './browser.ts'

/** By widget: each input has a visitor of its own. */
const tokens = new Map<string, string>()

const token = ({ web_widget_id }: Record<string, unknown>) => tokens.get(String(web_widget_id))!

/** The number of widgets is limited, so each replaces those before. */
async function widget({ client, agent }: World): Promise<{ web_widget_id: string }> {
  for (const { id } of (await client.listWebWidgets({ limit: 100 })).data) {
    await client.deleteWebWidget({ web_widget_id: id })
  }
  return { web_widget_id: (await client.createWebWidget({ ...agent, published: true })).id }
}

async function visited(world: World) {
  const input = await widget(world)
  const visitor = await enter(world.server, input.web_widget_id)
  tokens.set(input.web_widget_id, visitor.token)
  return { input, visitor }
}

async function started(world: World) {
  const { input, visitor } = await visited(world)
  const { conversation, token: of_conversation } = await visitor.start()
  return { ...input, conversation_id: conversation.id, of_conversation }
}

async function conversation(world: World) {
  const { of_conversation: _, ...input } = await started(world)
  return input
}

async function ended(world: World) {
  const { of_conversation, ...input } = await started(world)
  await endUser(world.server, of_conversation).endConversation({ conversation_id: input.conversation_id })
  return input
}

const nobody = { outsider: 'not found', token } as const

export const visitorEntries: EntriesOf<typeof publicWidgetOperations & typeof widgetStatisticsOperations> = {
  getPublicWebWidget: { input: widget, outsider: 'not found' },
  enterWebWidget: {
    input: async (world) => {
      const input = await widget(world)
      return { ...input, embed_token: (await loadFrame(world.server, input.web_widget_id)).embed_token }
    },
    outsider: 'not found',
  },
  startWebWidgetConversation: { input: async (world) => (await visited(world)).input, ...nobody },
  listVisitorConversations: { input: async (world) => (await visited(world)).input, ...nobody },
  createVisitorConversationToken: { input: conversation, ...nobody },
  updateVisitorConversation: {
    input: async (world) => ({ ...(await conversation(world)), client: { a: 1 } }),
    ...nobody,
  },
  readVisitorConversation: { input: async (world) => ({ ...(await conversation(world)), position: 1 }), ...nobody },
  giveConversationFeedback: { input: async (world) => ({ ...(await ended(world)), rating: 5 }), ...nobody },
  giveFeedback: { input: async (world) => ({ ...(await ended(world)), rating: 5 }), ...nobody },
  getWebWidgetStatistics: { input: widget, outsider: 'not found', narrowed: 'not found' },
}
