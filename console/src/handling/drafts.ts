// What a person has written and not sent yet, kept by the browser: it outlives a reload, and goes when they sign out. The storage may
// be full or blocked; then a draft lasts as long as the page.

export interface Outgoing {
  /** The idempotency key: however often the text is sent, it is stored once. */
  key: string
  /** Everything that was sent under the key. */
  request: Readonly<Record<string, unknown>>
}

export interface Draft {
  reply: string
  note: string
  /** Which of the two is shown. */
  mode: 'reply' | 'note'
  /** Whether the agent sees the note. */
  for_agent: boolean
  /** On their way, or of unknown fate after a reload. */
  sent: { reply: Outgoing | null; note: Outgoing | null }
}

export const noDraft: Draft = {
  reply: '',
  note: '',
  mode: 'reply',
  for_agent: false,
  sent: { reply: null, note: null },
}

export type Store = Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'key' | 'length'>

/** The browser's; a page may be denied it. */
export function browserStore(): Store {
  try {
    return localStorage
  } catch {
    return { getItem: () => null, setItem() {}, removeItem() {}, key: () => null, length: 0 }
  }
}

export interface Writer {
  user_id: string
  organization_id: string
}

const prefix = 'parley-draft '
/** The oldest go first. */
const drafts_at_most = 100
const prefixOf = ({ user_id, organization_id }: Writer) => `${prefix}${user_id} ${organization_id} `
export const draftKey = (writer: Writer, conversation_id: string) => `${prefixOf(writer)}${conversation_id}`

export function isBlank({ reply, note, sent }: Draft): boolean {
  return reply.trim() === '' && note.trim() === '' && sent.reply === null && sent.note === null
}

export function readDraft(store: Store, key: string): Draft {
  try {
    const text = store.getItem(key)
    return text === null ? noDraft : fromStored(JSON.parse(text))
  } catch {
    return noDraft
  }
}

export function keepDraft(store: Store, key: string, draft: Draft, now_ms: number): void {
  try {
    if (isBlank(draft)) return store.removeItem(key)
    store.setItem(key, JSON.stringify({ ...draft, kept_at: now_ms }))
    dropOldest(store)
  } catch {
    // The page still has it.
  }
}

/** On sign-out: everybody's, since nobody is signed in. When somebody signs in: those of others. */
export function dropDrafts(store: Store, except_user_id: string | null): void {
  try {
    const stays = except_user_id === null ? null : `${prefix}${except_user_id} `
    for (const key of draftKeys(store)) if (stays === null || !key.startsWith(stays)) store.removeItem(key)
  } catch {
    // A storage that cannot be read has kept nothing.
  }
}

function draftKeys(store: Store): string[] {
  const keys = Array.from({ length: store.length }, (_none, index) => store.key(index))
  return keys.filter((key) => key !== null).filter((key) => key.startsWith(prefix))
}

function dropOldest(store: Store): void {
  const keys = draftKeys(store)
  if (keys.length <= drafts_at_most) return
  const aged = keys.map((key) => [key, keptAt(store.getItem(key))] as const).toSorted((a, b) => a[1] - b[1])
  for (const [key] of aged.slice(0, keys.length - drafts_at_most)) store.removeItem(key)
}

function keptAt(text: string | null): number {
  const { kept_at } = JSON.parse(text ?? '{}') as { kept_at?: unknown }
  return typeof kept_at === 'number' ? kept_at : 0
}

/** What another version of the console has stored may have another shape. */
function fromStored(value: unknown): Draft {
  const stored = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>
  const text = (name: string) => (typeof stored[name] === 'string' ? stored[name] : '')
  const sent = (stored['sent'] ?? {}) as Record<string, unknown>
  return {
    reply: text('reply'),
    note: text('note'),
    mode: stored['mode'] === 'note' ? 'note' : 'reply',
    for_agent: stored['for_agent'] === true,
    sent: { reply: outgoingOf(sent['reply']), note: outgoingOf(sent['note']) },
  }
}

function outgoingOf(value: unknown): Outgoing | null {
  const { key, request } = (typeof value === 'object' && value !== null ? value : {}) as Partial<Outgoing>
  const isWhole = typeof key === 'string' && typeof request === 'object' && request !== null
  return isWhole ? { key, request } : null
}
