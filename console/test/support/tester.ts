// The tester of an agent, as somebody uses it in a browser.
import type { Conversation } from '@parley/contract'
import type { Page } from 'playwright-core'
import type { Answer } from '../../../server/test/support/scripted-model.ts'
import type { TestServer } from '../../../server/test/support/server.ts'

export const transcript = (page: Page) => page.getByRole('region', { name: 'Transcript' })
export const message = (page: Page) => page.getByLabel('Message', { exact: true })
export const begin = async (page: Page) => {
  await page.getByRole('button', { name: 'Start conversation' }).click()
  await message(page).waitFor()
}
export const say = async (page: Page, text: string) => {
  await message(page).fill(text)
  await message(page).press('Enter')
}

export const saveDraft = (server: TestServer, agent_id: string, config: object) =>
  server.client.createAgentVersion({
    agent_id,
    config: { instructions: 'Be brief.', analysis: { summary: { enabled: false } }, ...config },
  })

export function script(server: TestServer, ...answers: Answer[]): void {
  const left = [...answers]
  server.model.answer = () => left.shift() ?? 'The script has ended.'
}

/** What the tests of an agent have become, newest first, as it is stored. */
export async function readTrials(server: TestServer, agent_id: string): Promise<Conversation[]> {
  const found = await server.client.listConversations({ custom_metadata: JSON.stringify({ tested_agent: agent_id }) })
  return Promise.all(found.map(({ id }) => server.client.getConversation({ conversation_id: id })))
}

/** What was said in each of them. */
export async function readSaid(server: TestServer, agent_id: string): Promise<string[][]> {
  const isMessage = ({ type }: { type: string }) => type === 'message'
  return (await readTrials(server, agent_id)).map(({ conversation }) =>
    conversation!.items.filter(isMessage).map(({ content }) => content!.join('')),
  )
}
