// The terms of a text that tools are searched by: words without endings, and what people say for the words of the API. Pure.

/** Of no use to tell one tool from another. */
const empty: ReadonlySet<string> = new Set(
  'a an and are as at be by can do does for from has have how i if in into is it its me my of on one or our please should so some that the their them then there these this those to up us want was we what when where which who why will with you your all'.split(
    ' ',
  ),
)

export function termsOf(text: string): string[] {
  const words = text
    .toLowerCase()
    .replaceAll(/([a-z])['’]s\b/g, '$1')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word.length > 1 && !empty.has(word))
  return words.map(stem)
}

/** What people say, and what the API calls it: both are searched for. */
const meanings: Readonly<Record<string, string>> = {
  ...{
    add: 'create',
    begin: 'create',
    make: 'create',
    new: 'create',
    open: 'create',
    register: 'create',
    start: 'create',
  },
  ...{ abort: 'cancel', halt: 'cancel', stop: 'cancel', close: 'end', finish: 'end', hang: 'end' },
  ...{ change: 'update', edit: 'update', modify: 'update', rename: 'update', set: 'update' },
  ...{ erase: 'delete', remove: 'delete', revoke: 'delete', forget: 'delete' },
  ...{ all: 'list', browse: 'list', latest: 'list', overview: 'list', recent: 'list', show: 'list', view: 'list' },
  ...{
    display: 'get',
    fetch: 'get',
    look: 'get',
    read: 'get',
    see: 'get',
    many: 'count',
    number: 'count',
    total: 'count',
  },
  ...{
    again: 'retry redeliver',
    resend: 'redeliver',
    repeat: 'retry',
    live: 'publish',
    release: 'publish',
    deploy: 'publish',
  },
  ...{ run: 'execute', launch: 'execute', call: 'conversation', chat: 'conversation', dialog: 'conversation' },
  ...{ thread: 'conversation', answer: 'reply', respond: 'reply', write: 'send', bot: 'agent', assistant: 'agent' },
  ...{ human: 'person hand', person: 'human', colleague: 'member', user: 'member', people: 'member', team: 'members' },
  ...{
    wait: 'inbox',
    queue: 'inbox',
    escalate: 'handoff',
    file: 'source',
    page: 'source',
    website: 'source',
    url: 'source',
  },
  ...{ document: 'source', faq: 'dataset', permission: 'scope', right: 'scope', token: 'key', credential: 'key' },
  ...{ metric: 'statistics', report: 'statistics', usage: 'statistics', log: 'events', history: 'conversations' },
  ...{
    template: 'canned',
    snippet: 'canned',
    draft: 'version',
    app: 'connection',
    integration: 'connection',
    ban: 'block',
  },
}

/** Of a search: with what its words mean here. */
export function wantedTermsOf(text: string): string[] {
  const terms = termsOf(text)
  const meant = terms.flatMap((term) => (Object.hasOwn(known, term) ? known[term]! : []))
  return [...new Set([...terms, ...meant])]
}

/** Cuts the usual endings, so that `listing conversations` is `list conversation`. */
function stem(word: string): string {
  if (word.length < 5) return word.replace(/(?<=[a-z]{3})s$/, '')
  return word
    .replace(/ies$/, 'y')
    .replace(/(?<=[^s])s$/, '')
    .replace(/(?<=[a-z]{3})(ing|ed)$/, '')
    .replace(/(?<=[a-z]{3})e$/, '')
    .replace(/([b-df-hj-np-tv-z])\1$/, '$1')
}

const known: Readonly<Record<string, string[]>> = Object.fromEntries(
  Object.entries(meanings).map(([word, meant]) => [stem(word), meant.split(' ').map(stem)]),
)
