// The tester when pages are reloaded and servers are away: nothing is lost or doubled.
import { describe, expect, test } from 'vitest'
import { findFreePort } from '../../server/test/support/free-port.ts'
import { holdAnswer } from '../../server/test/support/scripted-model.ts'
import { startTestServer } from '../../server/test/support/server.ts'
import { openPage, signIn } from './support/browser.ts'
import { begin, readSaid, say, script, transcript } from './support/tester.ts'
import { agent_id, browser, hold, openTester, path, save, server } from './support/tester-suite.ts'
import { testerTexts } from '../src/tester/texts.ts'

openTester()

describe('nothing is lost or doubled', () => {
  test('by a reload in mid-stream', async () => {
    await save({ starting_message: 'Good morning!' })
    await using opened = await openPage(browser)
    const { page, faults } = opened
    await signIn(page, server, path())
    await begin(page)
    const answer = hold()
    await say(page, 'Tell me a tale.')
    await answer.asked
    answer.say('There once was ')
    await transcript(page).getByText('There once was').waitFor()
    await page.reload()
    await transcript(page).getByText('There once was').waitFor()
    answer.say('a time.')
    answer.finish()
    await transcript(page).getByText('There once was a time.').waitFor()
    await transcript(page)
      .getByRole('button', { name: /Answered in/ })
      .waitFor()
    for (const text of ['Good morning!', 'Tell me a tale.', 'There once was a time.']) {
      await expect.poll(() => transcript(page).getByText(text).count()).toBe(1)
    }
    await expect
      .poll(() => readSaid(server, agent_id))
      .toEqual([['Good morning!', 'Tell me a tale.', 'There once was a time.']])
    expect(faults).toEqual([])
  })

  test('by a server that is away when a message is sent, nor by a reload before it is back', async () => {
    await save({})
    await using opened = await openPage(browser)
    const { page } = opened
    await signIn(page, server, path())
    await begin(page)
    await page.route('**/messages', (route) => route.abort())
    await say(page, 'First')
    await page.getByText(testerTexts.outgoing.waiting).first().waitFor()
    await say(page, 'Second')
    await page.reload()
    await transcript(page).getByText('Second').waitFor()
    script(server, 'One.', 'Two.')
    await page.unroute('**/messages')
    await transcript(page).getByText('Two.').waitFor()
    const read = async () => (await readSaid(server, agent_id))[0]!
    // What is seen as it is written is stored a moment later.
    await expect.poll(async () => (await read()).toSorted()).toEqual(['First', 'One.', 'Second', 'Two.'])
    const texts = await read()
    expect(texts.indexOf('First')).toBeLessThan(texts.indexOf('Second'))
    await expect.poll(() => transcript(page).getByText('First', { exact: true }).count()).toBe(1)
    await expect.poll(() => page.getByText(testerTexts.outgoing.waiting).count()).toBe(0)
  })
})

describe('a server that stops', () => {
  test('in the middle of a reply is waited for: the reply comes, and what was written meanwhile is sent', async () => {
    await using own = await startTestServer({ PORT: String(await findFreePort()), PARLEY_DRAIN_SECONDS: '0' })
    const { agent_id: id } = await own.client.createAgent({ name: 'Harbour Lane' })
    await own.client.createAgentVersion({ agent_id: id, config: { analysis: { summary: { enabled: false } } } })
    await using opened = await openPage(browser)
    const { page } = opened
    await signIn(page, own, `/agents/${id}/try`)
    await begin(page)
    const answer = holdAnswer()
    own.model.answer = () => answer
    await say(page, 'Tell me a tale.')
    await answer.asked
    answer.say('There once was ')
    await transcript(page).getByText('There once was').waitFor()
    const { port } = new URL(own.url)
    await own.app[Symbol.asyncDispose]()
    await say(page, 'Are you there?')
    await page.getByText(testerTexts.outgoing.waiting).waitFor()
    await page.getByText('Connection lost.').waitFor()
    own.model.answer = ({ messages }) =>
      messages.at(-1)!.content.includes('tale') ? 'There was a teapot.' : 'I am here again.'
    await using _again = await own.startAnother({ PORT: port })
    await transcript(page).getByText('There was a teapot.').waitFor()
    await transcript(page).getByText('I am here again.').waitFor()
    await page.getByText('2 replies').waitFor()
    await page.getByText('Live', { exact: true }).waitFor()
    for (const text of ['Tell me a tale.', 'Are you there?', 'There was a teapot.']) {
      await expect.poll(() => transcript(page).getByText(text).count()).toBe(1)
    }
  })
})
