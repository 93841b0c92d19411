// A draft is tried: an order is looked up, shown as a widget, and a form is left to be filled in.
import type { Page } from 'playwright-core'
import type { Answer, ScriptedModel } from '../../../server/test/support/scripted-model.ts'
import { begin, say, transcript } from '../support/tester.ts'

const card = {
  title: 'Order A-2291',
  subtitle: 'On its way with Nordpost',
  fields: [
    { label: 'Kenya Gathaithi, 250 g', value: '14.50 €' },
    { label: 'Paper filters', value: '6.00 €' },
    { label: 'Expected', value: 'Friday' },
  ],
  actions: [
    { label: 'Change the address', message: 'I would like to change the address of A-2291.' },
    { label: 'Return it', message: 'I would like to return A-2291.' },
  ],
}

/** In the panel beside the editor, with the call unfolded. */
export async function tryBeside(page: Page, scene: { model: ScriptedModel }): Promise<void> {
  const answers: Answer[] = [
    { tool_calls: [{ name: 'find_order', arguments: { number: 'A-2291' } }] },
    { tool_calls: [{ name: 'show_detail_widget', arguments: card }] },
    'It should be with you on Friday.',
  ]
  scene.model.answer = () => answers.shift() ?? 'Anything else?'
  await begin(page)
  await say(page, 'Where is my order A-2291?')
  await page.getByText('It should be with you on Friday.').waitFor()
  await page.getByText('find_order', { exact: true }).last().click()
  await page.getByText('"carrier"').first().waitFor()
  await page.getByText('1 reply').waitFor()
  await transcript(page).evaluate((element) => element.scrollTo(0, element.scrollHeight))
}

export async function tryDraft(page: Page, { model }: { model: ScriptedModel }): Promise<void> {
  const answers: Answer[] = [
    { tool_calls: [{ name: 'find_order', arguments: { number: 'A-2291' } }] },
    { tool_calls: [{ name: 'show_detail_widget', arguments: card }] },
    'Order A-2291 is with Nordpost and should be with you on Friday.',
    { tool_calls: [{ name: 'show_form_callback', arguments: {} }] },
    'Gladly. Tell me when it suits you.',
  ]
  model.answer = () => answers.shift() ?? 'Anything else?'
  await begin(page)
  await say(page, 'Where is my order A-2291?')
  await page.getByText('should be with you on Friday').waitFor()
  await say(page, 'Could somebody call me about it?')
  await page.getByText('Tell me when it suits you.').waitFor()
  await page.getByText('2 replies').waitFor()
}
