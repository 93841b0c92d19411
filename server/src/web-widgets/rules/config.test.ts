import { describe, expect, test } from 'vitest'
import { resolveWidgetConfig, widgetDefaults } from '@parley/contract'
import { parseSentJson } from '../../base/read-json.ts'
import { listConfigWarnings, validateWidgetConfig } from './config.ts'

const max_bytes = 65_536
const validate = (config: unknown) => validateWidgetConfig(config, max_bytes)
const faultsOf = (config: unknown) => validate(config).faults
const pathsOf = (config: unknown) => faultsOf(config).map(({ path }) => path)
const form = (field: object) => ({ id: 'f', fields: [{ id: 'name', label: 'Name', type: 'text', ...field }] })

/** Every known key. */
const whole = {
  theme: 'dark',
  default_mode: 'text',
  start_conversation_on_toggle: true,
  chat: {
    light_mode: { user_message: { background_color: '#fff', text_color: '' }, link: { text_color: '#0b5fffcc' } },
    dark_mode: { surface: { background_color: '#101418' } },
    ...{ avatar_shape: 'square', title: 'Help', subtitle: 'We answer', avatar_url: 'https://cdn.example.com/a.png' },
    ...{ width: 320, height: 900, radius: 0 },
  },
  trigger: {
    ...{ shape: 'square', size: 40, padding: 0, position: 'bottom-left', offset_x: 0, offset_y: 200 },
    ...{ icon_url: 'https://cdn.example.com/i.png', label: 'Ask', z_index: 5, hidden: true, devices: 'mobile' },
    paths: { include: ['/help/**'], exclude: ['/help/legal'] },
  },
  suggested_questions: ['When?', 'Where?'],
  greeting: { text: 'Hello', delay_seconds: 0, frequency: 'always' },
  pre_conversation_form: form({ required: true }),
  pre_conversation_show_once: false,
  post_conversation_feedback: { enabled: true, thank_you_text: 'Thanks', form: form({}), rating: 'thumbs' },
  locales: ['en', 'ar'],
  default_locale: 'ar',
  texts: { en: { 'composer.placeholder': 'Ask us' } },
  image_hosts: ['cdn.example.com'],
  ...{ end_button: false, stop_button: false, person_button: false, history: false, transcript_download: false },
  ...{ sounds: true, storage: 'host_page' },
}

test('a configuration with everything is stored as it is, without warnings', () => {
  expect(validate(whole)).toEqual({ faults: [], config: whole })
  expect(listConfigWarnings(whole)).toEqual([])
})

test('null means the default, for every key', () => {
  const nothing = Object.fromEntries(Object.keys(whole).map((key) => [key, null]))
  expect(faultsOf(nothing)).toEqual([])
  expect(resolveWidgetConfig(validate(nothing).config)).toEqual(resolveWidgetConfig({}))
})

test('without a key there is its default', () => {
  expect(resolveWidgetConfig({})).toMatchObject({
    ...{ theme: 'system', start_conversation_on_toggle: false, pre_conversation_show_once: true, sounds: false },
    chat: { ...widgetDefaults.chat, avatar_shape: 'circle', title: null },
    trigger: { ...widgetDefaults.trigger, z_index: 2_147_483_000, paths: { include: [], exclude: [] } },
    ...{ suggested_questions: [], greeting: null, image_hosts: [], default_locale: null, storage: 'frame' },
    post_conversation_feedback: { enabled: true, rating: 'stars', form: null },
  })
  expect(resolveWidgetConfig({}).locales).toHaveLength(12)
  expect(resolveWidgetConfig({ trigger: { shape: 'square' } }).chat.avatar_shape).toBe('square')
  const colors = { light_mode: { header: { background_color: '', text_color: '#123' } } }
  expect(resolveWidgetConfig({ chat: colors }).chat.light_mode.header).toEqual({
    background_color: null,
    text_color: '#123',
  })
})

describe('what can be sent in several forms has one', () => {
  test.each([
    [{ suggestedQuestions: ['When?'] }, { suggested_questions: ['When?'] }],
    [
      { suggested_questions: [{ text: 'When?' }, { question: 'Where?' }] },
      { suggested_questions: ['When?', 'Where?'] },
    ],
    [{ suggestedQuestions: [{ question: 'A' }], suggested_questions: ['A'] }, { suggested_questions: ['A'] }],
    [{ suggested_questions: null, suggestedQuestions: ['A'] }, { suggested_questions: ['A'] }],
    [{ trigger: { position: 'bottom_left', size: 50 } }, { trigger: { position: 'bottom-left', size: 50 } }],
    [
      { image_hosts: ['https://CDN.example.com/', '*.img.com', '*'] },
      { image_hosts: ['cdn.example.com', '*.img.com', '*'] },
    ],
  ])('%j', (sent, stored) => expect(validate(sent)).toEqual({ faults: [], config: stored }))

  test('two lists of questions that differ are refused', () => {
    expect(pathsOf({ suggestedQuestions: ['A'], suggested_questions: ['B'] })).toEqual(['config.suggestedQuestions'])
  })
})

test('unknown keys stay, at any depth, and are named', () => {
  const config = { pet: 1, chat: { shadow: 'lg', light_mode: { footer: {} } }, trigger: { spin: true } }
  expect(validate(config)).toEqual({ faults: [], config })
  expect(listConfigWarnings(config)).toEqual([
    'config.chat.light_mode.footer is not known; it is stored but has no effect',
    'config.chat.shadow is not known; it is stored but has no effect',
    'config.pet is not known; it is stored but has no effect',
    'config.trigger.spin is not known; it is stored but has no effect',
  ])
})

test('voice acts as text, with a warning', () => {
  expect(faultsOf({ default_mode: 'voice' })).toEqual([])
  expect(listConfigWarnings({ default_mode: 'voice' })).toEqual([
    expect.stringContaining('default_mode voice acts as text'),
  ])
})

test('every fault is told with its path', () => {
  const config = {
    ...{ theme: 'blue', start_conversation_on_toggle: 'yes', sounds: 1, storage: 'cookie', default_locale: 'xx' },
    chat: { width: 319, height: 901, radius: -1, title: 'x'.repeat(81), light_mode: { header: { text_color: 'red' } } },
    trigger: {
      size: 73,
      padding: 41,
      position: 'top',
      offset_x: 201,
      label: 'x'.repeat(41),
      z_index: 1.5,
      devices: 'tv',
    },
    suggested_questions: Array.from({ length: 7 }, () => 'A'),
    greeting: { text: 'x'.repeat(301), delay_seconds: -1, frequency: 'daily' },
    post_conversation_feedback: { rating: 'hearts', thank_you_text: 'x'.repeat(1001) },
    texts: { en: { ok: 'x'.repeat(301) } },
    locales: ['en', 'xx'],
    image_hosts: ['a b'],
  }
  expect(pathsOf(config)).toEqual([
    ...['height', 'light_mode.header.text_color', 'radius', 'title', 'width'].map((key) => `config.chat.${key}`),
    'config.default_locale',
    ...['delay_seconds', 'frequency', 'text'].map((key) => `config.greeting.${key}`),
    'config.image_hosts.0',
    'config.locales.1',
    ...['rating', 'thank_you_text'].map((key) => `config.post_conversation_feedback.${key}`),
    ...['config.sounds', 'config.start_conversation_on_toggle', 'config.storage', 'config.suggested_questions'],
    'config.texts.en.ok',
    'config.theme',
    ...['devices', 'label', 'offset_x', 'padding', 'position', 'size', 'z_index'].map((key) => `config.trigger.${key}`),
  ])
})

describe('B7: forms', () => {
  test.each([
    ...['visitor', 'verified', 'client', 'page', 'locale', 'feedback_form', 'rating', 'parley_x', 'anyreach_x'],
    '__proto__',
  ])('the field id %s is reserved', (id) => {
    expect(pathsOf({ pre_conversation_form: form({ id }) })).toEqual(['config.pre_conversation_form.fields.0.id'])
    expect(pathsOf({ post_conversation_feedback: { form: form({ id }) } })).toEqual([
      'config.post_conversation_feedback.form.fields.0.id',
    ])
  })

  test.each([
    [{ type: 'rating' }, []],
    [{ type: 'rating', max: 10 }, []],
    [{ type: 'rating', max: 2 }, ['max']],
    [{ type: 'rating', max: 11 }, ['max']],
    [{ type: 'select' }, ['options']],
    [{ type: 'select', options: ['a'] }, []],
    [{ type: 'color' }, ['type']],
  ])('%j', (field, faults) => {
    const path = 'config.pre_conversation_form.fields.0.'
    expect(pathsOf({ pre_conversation_form: form(field) })).toEqual(faults.map((name) => path + name))
  })

  test('ids are unique', () => {
    const fields = [...form({}).fields, ...form({}).fields]
    expect(pathsOf({ pre_conversation_form: { id: 'f', fields } })).toEqual([
      'config.pre_conversation_form.fields.1.id',
    ])
  })
})

describe('hostile values', () => {
  test.each([
    ...[
      'red',
      '#12',
      '#12345',
      '#ggg',
      '#fff;background:url(//evil)',
      'url(https://evil)',
      '#fff\n',
      'var(--x)',
      '#ffff',
    ],
    ...['expression(alert(1))', ' #fff', '</style><script>'],
  ])('the color %j', (color) => {
    const chat = { light_mode: { header: { background_color: color } } }
    expect(pathsOf({ chat })).toEqual(['config.chat.light_mode.header.background_color'])
  })

  test.each([
    ...['http://cdn.example.com/a.png', 'javascript:alert(1)', 'data:image/png;base64,AA', '//cdn.example.com/a.png'],
    ...['https://user:secret@cdn.example.com/a.png', "https://cdn.example.com/a.png'; script-src *", 'https://'],
    ...['https://a;b.com/x', `https://cdn.example.com/${'a'.repeat(2000)}`],
  ])('the picture %j', (avatar_url) => {
    expect(pathsOf({ chat: { avatar_url } })).toEqual(['config.chat.avatar_url'])
    expect(pathsOf({ trigger: { icon_url: avatar_url } })).toEqual(['config.trigger.icon_url'])
  })

  test.each(["'unsafe-inline'", 'http://a.com', 'a.com b.com', 'a.com;', 'data:', 'https:', '**'])(
    'the host %j',
    (host) => expect(pathsOf({ image_hosts: [host] })).toEqual(['config.image_hosts.0']),
  )

  test('__proto__ is a key like another', () => {
    const config = parseSentJson('{"__proto__":{"theme":"dark"},"chat":{"__proto__":1}}') as Record<string, unknown>
    const verdict = validate(config)
    expect(verdict.faults).toEqual([])
    expect(JSON.stringify(verdict.config)).toBe('{"__proto__":{"theme":"dark"},"chat":{"__proto__":1}}')
    expect(listConfigWarnings(verdict.config)).toHaveLength(2)
    expect(resolveWidgetConfig(verdict.config).theme).toBe('system')
    expect(({} as { theme?: string }).theme).toBeUndefined()
    expect(pathsOf(parseSentJson('{"texts":{"en":{"__proto__":"x"}}}'))).toEqual(['config.texts.en'])
  })

  test('65,536 bytes are accepted, one more is not', () => {
    const config = (length: number) => ({ pet: 'x'.repeat(length - '{"pet":""}'.length) })
    expect(faultsOf(config(max_bytes))).toEqual([])
    expect(faultsOf(config(max_bytes + 1))).toEqual([
      { path: 'config', message: 'must have at most 65536 bytes as JSON' },
    ])
  })

  test.each([[[]], ['x'], [1], [null]])('%j is no configuration', (value) => expect(pathsOf(value)).toEqual(['config']))

  test('values of every type in every place are refused or accepted, never thrown at', () => {
    const values = [
      null,
      true,
      0,
      -1,
      1e300,
      '',
      'x',
      [],
      [null],
      {},
      { fields: [null] },
      [[]],
      { id: 'f', fields: 'x' },
    ]
    const keys = Object.keys(whole)
    for (const key of [...keys, 'suggestedQuestions']) for (const value of values) validate({ [key]: value })
    for (const outer of ['chat', 'trigger', 'greeting', 'post_conversation_feedback', 'texts']) {
      for (const inner of ['light_mode', 'avatar_url', 'paths', 'form', 'en', 'text', 'position']) {
        for (const value of values) expect(() => validate({ [outer]: { [inner]: value } })).not.toThrow()
      }
    }
  })
})
