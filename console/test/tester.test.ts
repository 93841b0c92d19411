// The tester: talking to a draft as an end user does, and seeing what the agent does meanwhile.
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { type Answer, holdAnswer } from '../../server/test/support/scripted-model.ts'
import { expectAccessible, openPage, signIn, themes } from './support/browser.ts'
import { richConfig } from './support/conversations.ts'
import { begin, message, readSaid, readTrials, say, script, transcript } from './support/tester.ts'
import { agent_id, browser, hold, openTester, path, save, server } from './support/tester-suite.ts'
import { shellTexts } from '../src/shell/texts.ts'
import { testerTexts } from '../src/tester/texts.ts'
import { transcriptTexts } from '../src/transcript/texts.ts'
import { agentTexts } from '../src/agents/texts.ts'

openTester()

const hasFocus = (page: Page) => message(page).evaluate((field) => field === document.activeElement)

describe('a draft', () => {
  test('is talked to as it is saved: greeting, text as it is said, calls as they happen, what it has used', async () => {
    await save(richConfig)
    await using opened = await openPage(browser)
    const { page, faults } = opened
    await signIn(page, server, path())
    await page.getByRole('heading', { name: 'Draft, version 1' }).waitFor()
    await begin(page)
    await transcript(page).getByText('Good morning! What can I do for you?').waitFor()
    const answer = holdAnswer()
    const last = holdAnswer()
    const left: Answer[] = [
      {
        text: answer,
        tool_calls: [
          { name: 'find_order', arguments: { number: 'A-1001' } },
          { name: 'open_ticket', arguments: {} },
        ],
      },
      last,
    ]
    server.model.answer = () => left.shift()!
    await say(page, 'Where is A-1001?')
    await expect.poll(() => message(page).inputValue()).toBe('')
    await expect.poll(() => hasFocus(page)).toBe(true)
    await answer.asked
    answer.say('I am ')
    await transcript(page).getByText('I am').waitFor()
    answer.say('looking.')
    await transcript(page).getByText('I am looking.').waitFor()
    answer.finish()
    await last.asked
    await transcript(page).getByText('find_order').click()
    await transcript(page).getByText('"number": "A-1001"').waitFor()
    await transcript(page).getByText('it left Hamburg on Monday').waitFor()
    await transcript(page).getByText('Failed', { exact: true }).waitFor()
    last.say('It left Hamburg.')
    last.finish()
    await transcript(page).getByText('It left Hamburg.').waitFor()
    await page.getByText('1 reply · 22 tokens in, 14 out').waitFor()
    await transcript(page)
      .getByRole('button', { name: /Answered in/ })
      .first()
      .waitFor()
    await expect
      .poll(() => readTrials(server, agent_id))
      .toMatchObject([{ user_id: 'tester', agent_id: null, status: 'in_progress' }])
    expect(faults).toEqual([])
  })

  test('that has changed says so, and begins again as it is now; the one before is ended', async () => {
    const { version } = await save({ starting_message: 'The first.' })
    await using opened = await openPage(browser)
    const { page } = opened
    await signIn(page, server, path())
    await begin(page)
    await transcript(page).getByText('The first.').waitFor()
    await server.client.updateAgentVersion({
      agent_id,
      version: String(version),
      config: { starting_message: 'The second.' },
    })
    await page.reload()
    await page.getByText('The agent has changed since').waitFor()
    await transcript(page).getByText('The first.').waitFor()
    await page.getByRole('button', { name: testerTexts.startAnew }).click()
    await transcript(page).getByText('The second.').waitFor()
    await expect.poll(() => page.getByText('The agent has changed since').count()).toBe(0)
    await expect.poll(() => hasFocus(page)).toBe(true)
    await expect
      .poll(async () => (await readTrials(server, agent_id)).map(({ status, ended_by }) => [status, ended_by?.reason]))
      .toEqual([
        ['in_progress', undefined],
        ['completed', 'A new test was started'],
      ])
  })

  test('knows who talks to it', async () => {
    await save({ starting_message: 'Hello {{ custom_metadata.name }} ({{ user_id }}).' })
    await using opened = await openPage(browser)
    const { page } = opened
    await signIn(page, server, path())
    await page.getByText(testerTexts.options).click()
    await page.getByLabel('End user').fill('ada')
    await page.getByLabel('Metadata').fill('[1]')
    await page.getByRole('button', { name: 'Start conversation' }).click()
    await page.getByText(testerTexts.metadataInvalid).waitFor()
    await page.getByLabel('Metadata').fill('{"name":"Ada"}')
    await page.getByLabel('Initial context').fill('Came from the teapots.')
    await page.getByLabel('Widgets and forms').uncheck()
    await begin(page)
    await transcript(page).getByText('Hello Ada (ada).').waitFor()
    await say(page, 'Hello')
    await transcript(page).getByText('Hello from the scripted model.').waitFor()
    expect(JSON.stringify(server.model.requests.at(-1))).toContain('Came from the teapots.')
    // Of the next one too, and until it is changed.
    await page.getByRole('button', { name: testerTexts.startAnew }).click()
    await expect.poll(async () => (await readSaid(server, agent_id)).length).toBe(2)
    // The page shows it, too: what is done there is done with the new one.
    await expect.poll(() => transcript(page).getByText('Hello from the scripted model.').count()).toBe(0)
    await transcript(page).getByText('Hello Ada (ada).').waitFor()
    await page.getByRole('button', { name: 'More', exact: true }).click()
    await page.getByRole('menuitem', { name: testerTexts.changeOptions }).click()
    await page.getByText(testerTexts.options).click()
    await expect.poll(() => page.getByLabel('End user').inputValue()).toBe('ada')
    expect((await readTrials(server, agent_id)).map(({ status }) => status)).toEqual(['completed', 'completed'])
  })

  test('that cannot start says why, and what to do', async () => {
    await save({ starting_message: { type: 'generated', instructions: 'Greet.' } })
    server.model.answer = () => 400
    await using opened = await openPage(browser)
    const { page } = opened
    await signIn(page, server, path())
    await page.getByRole('button', { name: 'Start conversation' }).click()
    const alert = page.getByRole('alert')
    await alert.getByText(testerTexts.startFailed).waitFor()
    await alert.getByText(testerTexts.advice['model_failed']!).waitFor()
    await expect.poll(() => readTrials(server, agent_id)).toEqual([])
  })
})

describe('widgets', () => {
  const show = (name: string, given: object = {}) => ({ tool_calls: [{ name, arguments: given }] })

  test('answer as an end user does: buttons, codes, forms', async () => {
    const fields = [
      { id: 'name', label: 'Name', type: 'text', required: true },
      { id: 'when', label: 'When', type: 'select', options: ['Morning', 'Afternoon'] },
      { id: 'days', label: 'Days', type: 'multi_select', required: true, options: ['Monday', 'Tuesday', 'Sunday'] },
      { id: 'news', label: 'Newsletter', type: 'checkbox' },
      { id: 'guests', label: 'Guests', type: 'number', min: 1, max: 4 },
      { id: 'on', label: 'On', type: 'date' },
      { id: 'wishes', label: 'Wishes', type: 'multiselect', options: ['Window', 'Quiet'] },
      { id: 'stars', label: 'Rating', type: 'rating', required: true, max: 4 },
      { id: 'source', label: 'Campaign', type: 'hidden', value: 'spring' },
    ]
    await save({ built_in_tools: { widgets: {} }, forms: [{ id: 'contact', title: 'Call me', fields }] })
    await using opened = await openPage(browser)
    const { page, faults } = opened
    await signIn(page, server, path())
    await begin(page)
    const actions = [
      { label: 'Book', message: 'I would like to book.' },
      { label: 'Read', url: 'https://example.com/' },
    ]
    script(server, show('show_action_grid_widget', { title: 'What now?', actions }), 'Choose.')
    await say(page, 'Hello')
    await transcript(page).getByText('Choose.').waitFor()
    const add_to_cart = { label: 'Add to cart', message: 'Please add the teapot.' }
    script(server, show('show_carousel_widget', { items: [{ title: 'Teapot', rating: 4, add_to_cart }] }), 'Which one?')
    await transcript(page).getByRole('button', { name: 'Book' }).click()
    await transcript(page).getByText('Which one?').waitFor()
    script(server, show('show_collect_otp_widget', { length: 4 }), 'Enter it.')
    await transcript(page).getByRole('button', { name: 'Add to cart' }).click()
    await transcript(page).getByText('Enter it.').waitFor()
    script(server, show('show_form_contact'), 'Fill it in.')
    await transcript(page).getByLabel('One-time code').fill('1234')
    await transcript(page).getByRole('button', { name: 'Submit' }).click()
    await transcript(page).getByRole('button', { name: 'Sent' }).waitFor()
    await transcript(page).getByText('Fill it in.').waitFor()
    script(server, 'Thank you.')
    await transcript(page).getByLabel('Name').fill('Ada')
    await transcript(page).getByLabel('When').selectOption('Afternoon')
    await transcript(page).getByRole('button', { name: 'Submit' }).click()
    await transcript(page).getByText(transcriptTexts.answers.fault('Days', 'is required')).waitFor()
    await transcript(page).getByLabel('Monday').check()
    await transcript(page).getByLabel('Sunday').check()
    await transcript(page).getByRole('button', { name: 'Submit' }).click()
    await transcript(page).getByText(transcriptTexts.answers.fault('Rating', 'is required')).waitFor()
    await transcript(page).getByLabel('Guests').fill('2')
    await transcript(page).getByLabel('On', { exact: true }).fill('2026-05-03')
    await transcript(page).getByLabel('Quiet').check()
    await transcript(page).getByLabel('3 of 4').check()
    await expect.poll(() => transcript(page).getByText('Campaign').count()).toBe(0)
    await expectAccessible(page)
    await transcript(page).getByRole('button', { name: 'Submit' }).click()
    await transcript(page).getByText('Thank you.').waitFor()
    await expect
      .poll(() => readSaid(server, agent_id))
      .toEqual([
        [
          'Hello',
          'Choose.',
          'I would like to book.',
          'Which one?',
          'Please add the teapot.',
          'Enter it.',
          'Code: 1234',
          'Fill it in.',
          [
            'Name: Ada\nWhen: Afternoon\nDays: Monday, Sunday\nNewsletter: No',
            'Guests: 2\nOn: 2026-05-03\nWishes: Quiet\nRating: 3\nCampaign: spring',
          ].join('\n'),
          'Thank you.',
        ],
      ])
    // Nobody answers in a conversation that is over.
    await page.getByRole('button', { name: 'End', exact: true }).click()
    await page.getByRole('button', { name: 'End conversation' }).click()
    await page.getByText('Ended: By API').waitFor()
    await expect.poll(() => transcript(page).getByRole('button', { name: 'Book' }).count()).toBe(0)
    expect(faults).toEqual([])
  })
})

describe('a reply', () => {
  test('is stopped; what was said of it stays, marked', async () => {
    await save({})
    await using opened = await openPage(browser)
    const { page, faults } = opened
    await signIn(page, server, path())
    await begin(page)
    const answer = hold()
    await say(page, 'Go on and on.')
    await answer.asked
    answer.say('And so ')
    await transcript(page).getByText('And so').waitFor()
    await page.getByRole('button', { name: testerTexts.stop }).click()
    await transcript(page).getByText('Interrupted', { exact: true }).waitFor()
    await page.getByRole('button', { name: testerTexts.stop }).waitFor({ state: 'detached' })
    await expect.poll(() => hasFocus(page)).toBe(true)
    answer.finish()
    expect(faults).toEqual([])
  })

  test('that failed is asked for again, without the message being said again', async () => {
    await save({})
    await using opened = await openPage(browser)
    const { page } = opened
    await signIn(page, server, path())
    await begin(page)
    server.model.answer = () => 400
    await say(page, 'Hello?')
    await transcript(page).getByText('No reply').waitFor()
    // What the tab keeps knows of it as well, so that nothing is sent again by itself.
    await expect
      .poll(() => page.evaluate('Object.values(sessionStorage).join()'))
      .toMatch(/"text":"Hello\?"[^}]*"state":"failed"/)
    await page.reload()
    script(server, 'Now I can.')
    await page.getByRole('button', { name: testerTexts.askAgain }).click()
    await transcript(page).getByText('Now I can.').waitFor()
    await page.getByRole('button', { name: testerTexts.askAgain }).waitFor({ state: 'detached' })
    await expect.poll(() => readSaid(server, agent_id)).toEqual([['Hello?', 'Now I can.']])
  })

  test('may be refused by the agent’s rule: the message is not stored, and can be sent later', async () => {
    await save({ concurrency: 'reject' })
    await using opened = await openPage(browser)
    const { page } = opened
    await signIn(page, server, path())
    await begin(page)
    const answer = hold()
    await say(page, 'One')
    await answer.asked
    await say(page, 'Two')
    await page.getByText(testerTexts.advice['turn_in_progress']!).waitFor()
    await expectAccessible(page)
    answer.say('First.')
    answer.finish()
    await transcript(page).getByText('First.').waitFor()
    await page.getByRole('button', { name: testerTexts.stop }).waitFor({ state: 'detached' })
    script(server, 'Second.')
    await page.getByRole('button', { name: 'Send again' }).click()
    await transcript(page).getByText('Second.').waitFor()
    await expect.poll(() => readSaid(server, agent_id)).toEqual([['One', 'First.', 'Two', 'Second.']])
  })
})

describe('versions', () => {
  test('are chosen by the address; a published one is talked to as it is', async () => {
    const { version } = await save({ starting_message: 'Published.' })
    await server.client.publishAgentVersion({ agent_id, version: String(version) })
    await save({ starting_message: 'Draft.' })
    await using opened = await openPage(browser)
    const { page } = opened
    await signIn(page, server, path('?version=1'))
    await page.getByRole('heading', { name: 'Version 1' }).waitFor()
    await begin(page)
    await transcript(page).getByText('Published.').waitFor()
    await expect.poll(() => readTrials(server, agent_id)).toMatchObject([{ agent_id, status: 'in_progress' }])
    await page.getByLabel('Version').selectOption('2')
    await page.getByText('The agent has changed since').waitFor()
    await expect.poll(() => page.url()).toBe(`${server.url}${path('?version=2')}`)
    await page.getByRole('button', { name: testerTexts.startAnew }).click()
    await transcript(page).getByText('Draft.').waitFor()
    await page.getByRole('button', { name: 'More', exact: true }).click()
    await page.getByRole('menuitem', { name: 'Earlier tests of this agent' }).click()
    await expect.poll(() => page.locator('header p').first().innerText()).toBe('2 conversations')
  })

  test('beside the editor lead to a page of their own, and a conversation to its own', async () => {
    await save({ starting_message: 'Good morning!' })
    await using opened = await openPage(browser)
    const { page, faults } = opened
    await signIn(page, server, `/agents/${agent_id}?section=rules`)
    await begin(page)
    await transcript(page).getByText('Good morning!').waitFor()
    await page.getByRole('textbox', { name: 'Rules' }).fill('Never promise a refund.')
    await page.getByText(agentTexts.tester.unsaved).waitFor()
    await page.getByRole('button', { name: 'Discard changes' }).click()
    await page.getByRole('link', { name: 'Open as a page' }).click()
    await page.waitForURL(server.url + path('?version=1'))
    // The same conversation goes on there.
    await transcript(page).getByText('Good morning!').waitFor()
    await expect.poll(() => readTrials(server, agent_id)).toHaveLength(1)
    await page.getByRole('button', { name: 'More', exact: true }).click()
    await page.getByRole('menuitem', { name: testerTexts.openConversation }).click()
    const [trial] = await readTrials(server, agent_id)
    await page.waitForURL(`${server.url}/conversations/${trial!.id}`)
    await page.goBack()
    await page.getByRole('link', { name: 'Edit Harbour Lane' }).click()
    await page.waitForURL(`${server.url}/agents/${agent_id}`)
    expect(faults).toEqual([])
  })

  test('that are not there, agents that are not there, and roles that may not are told', async () => {
    await using opened = await openPage(browser)
    const { page } = opened
    await signIn(page, server, path())
    await page.getByText('This agent has no version yet.').waitFor()
    await save({})
    await page.goto(server.url + path('?version=7'))
    await page.getByText(testerTexts.noSuchVersion).waitFor()
    await page.goto(`${server.url}/agents/${crypto.randomUUID()}/try`)
    await page.getByRole('heading', { name: shellTexts.notFound.title }).waitFor()
    const { pat_key } = await server.client.createOrganizationKey({ name: 'Viewer', role: 'viewer' })
    await using viewing = await openPage(browser)
    await signIn(viewing.page, server, path(), pat_key)
    await viewing.page.getByText(testerTexts.notAllowed).waitFor()
  })
})

describe('how it looks', () => {
  test.each(themes)('axe finds nothing in %s, wide and narrow', async (colorScheme) => {
    await save(richConfig)
    for (const width of [1280, 390]) {
      await using opened = await openPage(browser, { colorScheme, viewport: { width, height: 800 } })
      const { page } = opened
      await signIn(page, server, path())
      await page.getByText(testerTexts.options).click()
      await expectAccessible(page)
      await begin(page)
      script(server, { tool_calls: [{ name: 'show_form_contact', arguments: {} }] }, 'Please fill it in.')
      await say(page, 'Call me.')
      await transcript(page).getByText('Please fill it in.').waitFor()
      await page.getByText('1 reply').waitFor()
      await expectAccessible(page)
      await expect.poll(() => page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
      await page.getByRole('button', { name: 'End', exact: true }).click()
      await page.getByRole('button', { name: 'End conversation' }).click()
      await page.getByText('Ended: By API').waitFor()
      await expectAccessible(page)
    }
  })
})
