// The entries for the operations with which an organization manages its web widgets.
import type { webWidgetOperations } from '@parley/contract'
import type { EntriesOf, World } from '../contract/entries.ts'
import { makeWidgetConversation } from './fixture.ts'

/** Their number is limited, so each replaces those before. */
async function input({ client, agent }: World): Promise<{ web_widget_id: string }> {
  for (const { id } of (await client.listWebWidgets({ limit: 100 })).data) {
    await client.deleteWebWidget({ web_widget_id: id })
  }
  return { web_widget_id: (await client.createWebWidget({ ...agent, published: true })).id }
}

const stranger = { outsider: 'not found', narrowed: 'not found' } as const

async function block(world: World) {
  const widget = await input(world)
  const conversation_id = await makeWidgetConversation(world.server, world.agent.agent_id, widget.web_widget_id)
  return { ...widget, conversation_id }
}

export const managementEntries: EntriesOf<typeof webWidgetOperations> = {
  listWebWidgets: { input: () => ({}), outsider: 'own', narrowed: 'own' },
  createWebWidget: {
    input: async (world) => {
      await input(world)
      return world.agent
    },
    ...stranger,
  },
  getWebWidget: { input, ...stranger },
  updateWebWidget: { input: async (world) => ({ ...(await input(world)), name: 'Renamed' }), ...stranger },
  deleteWebWidget: { input, ...stranger },
  createWebWidgetIdentityKey: { input, ...stranger },
  listWebWidgetIdentityKeys: { input, ...stranger },
  deleteWebWidgetIdentityKey: {
    input: async (world) => {
      const widget = await input(world)
      const { key_id } = await world.client.createWebWidgetIdentityKey(widget)
      return { ...widget, key_id }
    },
    ...stranger,
  },
  createWebWidgetBlock: { input: block, ...stranger },
  listWebWidgetBlocks: { input, ...stranger },
  deleteWebWidgetBlock: {
    input: async (world) => {
      const { web_widget_id, conversation_id } = await block(world)
      const { block_id } = await world.client.createWebWidgetBlock({ web_widget_id, conversation_id })
      return { web_widget_id, block_id }
    },
    ...stranger,
  },
  revokeWebWidgetVisitors: { input, ...stranger },
  previewWebWidget: { input, ...stranger },
  checkWebWidget: {
    input: async (world) => ({ ...(await input(world)), url: 'https://shop.example.test/' }),
    ...stranger,
  },
  autoBrandWebWidget: {
    input: async (world) => ({ ...(await input(world)), domain: 'shop.example.test' }),
    ...stranger,
  },
}
