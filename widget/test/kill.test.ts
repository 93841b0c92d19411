// `kill -9` of the node that writes a reply: the page stays, another node takes the turn up, and there is one reply.
// `PARLEY_TEST_KILLS=20` kills as many.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '@parley/sdk'
import { expect, test } from 'vitest'
import { type KillNode, admin_key, nodeEnvironment, startKillNode } from '../../server/test/kill/child.ts'
import { createTestDatabase } from '../../server/test/support/database.ts'
import { holdAnswer, startScriptedModel } from '../../server/test/support/scripted-model.ts'
import { liveWidget } from '../../server/test/web-widgets/browser.ts'
import { startGate } from './support/gate.ts'
import { openChat, say, startBrowser, startSite, visit } from './support/visit.ts'

const kills = Number(process.env['PARLEY_TEST_KILLS'] ?? 2)

test(
  `B4: ${kills} times the node dies in mid-reply; the reply of another one is shown, once, without a reload`,
  async () => {
    await using stack = new AsyncDisposableStack()
    const { connection_string } = stack.use(await createTestDatabase())
    const model = stack.use(await startScriptedModel())
    const data_dir = await mkdtemp(join(tmpdir(), 'parley-widget-kill-'))
    stack.defer(() => rm(data_dir, { recursive: true, force: true }))
    const environment = nodeEnvironment(connection_string, model.base_url, data_dir)
    const startNode = async (): Promise<KillNode> => {
      const node = stack.use(startKillNode(environment))
      await node.ready
      return node
    }
    let node = await startNode()
    const gate = stack.use(await startGate((await node.ready).url))
    const site = stack.use(await startSite())
    const browser = await startBrowser()
    stack.defer(() => browser.close())
    const client = createClient({ base_url: gate.url, token: admin_key })
    const limits = { messages_per_conversation_minute: 60 }
    const { id } = await liveWidget(client, { domains: [site.origin], limits }, { starting_message: null })
    site.snippet = `<script async src="${gate.url}/public/embed/${id}"></script>`
    const visited = stack.use(await visit(browser, site.origin))
    const chat = await openChat(visited.page)
    const expected: string[] = []
    for (let kill = 1; kill <= kills; kill += 1) {
      const next = await startNode()
      const held = holdAnswer()
      const answers = [held]
      model.answer = () => answers.shift() ?? `Reply ${kill}.`
      await say(chat, `Question ${kill}`)
      held.say('Half of a reply')
      await chat.getByText('Half of a reply').waitFor()
      node.kill('SIGKILL')
      await node.exited
      node = next
      gate.target = (await node.ready).url
      await chat.getByRole('log').getByText(`Reply ${kill}.`).waitFor({ timeout: 120_000 })
      expected.push(`You: Question ${kill}`, `Agent: Reply ${kill}.`)
      // What is written is a bubble too, until its turn is over.
      const shown = () => chat.locator('.bubble').evaluateAll((all) => all.map((each) => each.textContent))
      await expect.poll(shown).toEqual(expected)
    }
    const stored = await client.listConversations({ web_widget_id: id, include: 'conversation' })
    expect(stored.map(({ conversation }) => conversation!.items.length)).toEqual([2 * kills])
    expect(visited.faults).toEqual([])
  },
  60_000 + kills * 180_000,
)
