// What every file on the tester begins with: a server, a browser, and for each test an agent of its own that has no version yet.
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, beforeEach } from 'vitest'
import { type HeldAnswer, holdAnswer } from '../../../server/test/support/scripted-model.ts'
import { type TestServer, startTestServer } from '../../../server/test/support/server.ts'
import { startBrowser } from './browser.ts'
import { saveDraft } from './tester.ts'

export let server: TestServer
export let browser: Browser
export let agent_id: string

/** To be called by each file: files of one worker share this module, so that its own code runs for the first of them only. */
export function openTester(): void {
  beforeAll(async () => {
    ;[server, browser] = await Promise.all([startTestServer(), startBrowser()])
  })
  afterAll(async () => {
    await browser?.close()
    await server?.[Symbol.asyncDispose]()
  })
  beforeEach(async () => {
    server.model.answer = () => 'Hello from the scripted model.'
    agent_id = (await server.client.createAgent({ name: 'Harbour Lane' })).agent_id
  })
}

export const save = (config: object) => saveDraft(server, agent_id, config)

/** The next answer is what the test says, when it says it. */
export function hold(): HeldAnswer {
  const answer = holdAnswer()
  server.model.answer = () => answer
  return answer
}

/** Of the tester as a page. */
export const path = (query = '') => `/agents/${agent_id}/try${query}`
