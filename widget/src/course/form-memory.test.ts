import { expect, test } from 'vitest'
import { createFormMemory } from './form-memory.ts'
import type { Storage } from './ports.ts'

function makeMemory(first: object) {
  const kept = new Map<string, string>()
  const storage: Storage = {
    isVolatile: () => false,
    get: (name) => kept.get(name) ?? null,
    set: (name, value) => (kept.set(name, value), true),
    remove: (name) => void kept.delete(name),
    names: () => [...kept.keys()],
  }
  const config = { current: first }
  return { kept, config, form: createFormMemory(storage, 'w', () => config.current) }
}

const fields = (...ids: string[]) => ({
  pre_conversation_form: { id: 'pre', fields: ids.map((id) => ({ id, label: id, type: 'text' })) },
})

test('a form is asked once, under the name of AnyReach’s widget; other fields ask again, with what was said', () => {
  const { kept, config, form } = makeMemory(fields('name'))
  expect(form.isMissing()).toBe(true)
  form.keep({ name: 'Ada' })
  expect([...kept.keys()]).toEqual(['anyreach-widget-form-w'])
  expect(form.isMissing()).toBe(false)
  config.current = fields('name', 'email')
  expect([form.isMissing(), form.values()]).toEqual([true, { name: 'Ada' }])
  form.keep({ name: 'Ada', email: 'a@b.test' })
  form.ask()
  expect([form.isMissing(), form.values()]).toEqual([true, { name: 'Ada', email: 'a@b.test' }])
  form.forget()
  expect([form.isMissing(), form.values(), kept.size]).toEqual([true, null, 0])
})

test('it is asked each time if the widget says so, and never without a form', () => {
  const { config, form } = makeMemory({ ...fields('name'), pre_conversation_show_once: false })
  form.keep({ name: 'Ada' })
  expect(form.isMissing()).toBe(true)
  config.current = {}
  expect([form.isMissing(), form.values()]).toEqual([false, null])
})

test.each(['', '{', 'null', '{"values":1}', '[]'])('%j in storage is no form', (text) => {
  const { kept, form } = makeMemory(fields('name'))
  kept.set('anyreach-widget-form-w', text)
  expect([form.isMissing(), form.values()]).toEqual([true, null])
})
