import { beforeEach, expect, test } from 'vitest'
import { type Draft, type Store, dropDrafts, draftKey, keepDraft, noDraft, readDraft } from './drafts.ts'

let stored: Map<string, string>
let store: Store
beforeEach(() => {
  stored = new Map()
  store = {
    getItem: (key) => stored.get(key) ?? null,
    setItem: (key, value) => void stored.set(key, value),
    removeItem: (key) => void stored.delete(key),
    key: (index) => [...stored.keys()][index] ?? null,
    get length() {
      return stored.size
    },
  }
})

const ada = { user_id: 'ada', organization_id: 'o1' }
const draft: Draft = {
  reply: 'Dear customer,',
  note: 'They called before.',
  mode: 'note',
  for_agent: true,
  sent: { reply: { key: 'k', request: { text: 'Dear customer,', take: true } }, note: null },
}

test('a draft outlives a reload, by person, organization and conversation', () => {
  const key = draftKey(ada, 'c1')
  keepDraft(store, key, draft, 1)
  expect(readDraft(store, key)).toEqual(draft)
  expect(readDraft(store, draftKey(ada, 'c2'))).toEqual(noDraft)
  expect(readDraft(store, draftKey({ ...ada, organization_id: 'o2' }, 'c1'))).toEqual(noDraft)
  expect(readDraft(store, draftKey({ ...ada, user_id: 'bob' }, 'c1'))).toEqual(noDraft)
})

test('an empty draft is not kept, one that is on its way is', () => {
  const key = draftKey(ada, 'c1')
  keepDraft(store, key, draft, 1)
  keepDraft(store, key, { ...noDraft, reply: ' \n', mode: 'note' }, 2)
  expect(stored.size).toBe(0)
  keepDraft(store, key, { ...noDraft, sent: draft.sent }, 3)
  expect(stored.size).toBe(1)
})

test('all go on sign-out; those of others go when somebody signs in; other entries stay', () => {
  stored.set('parley-theme', 'dark')
  keepDraft(store, draftKey(ada, 'c1'), draft, 1)
  keepDraft(store, draftKey({ ...ada, organization_id: 'o2' }, 'c1'), draft, 1)
  keepDraft(store, draftKey({ ...ada, user_id: 'adam' }, 'c1'), draft, 1)
  dropDrafts(store, 'ada')
  expect([...stored.keys()]).toEqual(['parley-theme', 'parley-draft ada o1 c1', 'parley-draft ada o2 c1'])
  dropDrafts(store, null)
  expect([...stored.keys()]).toEqual(['parley-theme'])
})

test('at most a hundred are kept, the newest', () => {
  for (let index = 0; index < 103; index += 1) keepDraft(store, draftKey(ada, `c${index}`), draft, 1000 - index)
  expect(stored.size).toBe(100)
  expect(stored.has(draftKey(ada, 'c0'))).toBe(true)
  expect(stored.has(draftKey(ada, 'c99'))).toBe(true)
  expect(stored.has(draftKey(ada, 'c102'))).toBe(false)
})

test('what cannot be read is no draft, and a storage that refuses everything is no fault', () => {
  const key = draftKey(ada, 'c1')
  for (const text of ['', '{', 'null', '[]', '{"reply":5,"sent":{"reply":{"key":1}},"mode":"x"}', '{"sent":null}']) {
    stored.set(key, text)
    expect(readDraft(store, key)).toEqual(noDraft)
  }
  const refuse = () => {
    throw new Error('blocked')
  }
  const blocked = { ...store, getItem: refuse, setItem: refuse, removeItem: refuse, key: refuse, length: 1 }
  expect(readDraft(blocked, key)).toEqual(noDraft)
  keepDraft(blocked, key, draft, 1)
  dropDrafts(blocked, null)
})
