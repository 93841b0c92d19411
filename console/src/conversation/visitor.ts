// What a conversation that came through a web widget says of its visitor: what the site has signed, apart from what a browser only
// claims. Pure.

type Values = Record<string, unknown>
export type Row = readonly [name: string, value: string]

export interface Visitor {
  page: { url: string | null; title: string | null; referrer: string | null }
  locale: string | null
  isVerified: boolean
  /** Signed by the site. Empty for a guest. */
  verified: Row[]
  /** What a browser sent; anyone could have written it. */
  claimed: Row[]
  form: Row[]
  feedback: { rating: string | null; answers: Row[] } | null
  isPreview: boolean
}

const own = new Set(['visitor', 'verified', 'client', 'page', 'locale', 'feedback_form', 'parley_preview', 'rating'])

export function readVisitor(metadata: Values): Visitor {
  const visitor = valuesOf(metadata['visitor'])
  const page = valuesOf(metadata['page'])
  const isVerified = visitor['verified'] === true
  const { verified: _flag, user_id, ...profile } = visitor
  const about = rowsOf(profile)
  const form = Object.fromEntries(Object.entries(metadata).filter(([name]) => !own.has(name)))
  return {
    page: { url: textOf(page['url']), title: textOf(page['title']), referrer: textOf(page['referrer']) },
    locale: textOf(metadata['locale']),
    isVerified,
    verified: isVerified ? [...rowsOf({ user_id }), ...about, ...rowsOf(valuesOf(metadata['verified']))] : [],
    claimed: [...(isVerified ? [] : about), ...rowsOf(valuesOf(metadata['client']))],
    form: rowsOf(form),
    feedback: feedbackOf(metadata['feedback_form']),
    isPreview: metadata['parley_preview'] === true,
  }
}

function feedbackOf(value: unknown): Visitor['feedback'] {
  if (typeof value !== 'object' || value === null) return null
  const { rating, ...answers } = value as Values
  return { rating: ratingOf(rating), answers: rowsOf(answers) }
}

function ratingOf(rating: unknown): string | null {
  if (rating === 'up') return '👍'
  if (rating === 'down') return '👎'
  if (typeof rating !== 'number') return null
  return `${'★'.repeat(Math.min(5, Math.max(0, rating)))}${'☆'.repeat(Math.min(5, Math.max(0, 5 - rating)))} ${rating}/5`
}

const valuesOf = (value: unknown): Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Values) : {}
const textOf = (value: unknown) => (typeof value === 'string' && value !== '' ? value : null)

function rowsOf(values: Values): Row[] {
  return Object.entries(values)
    .filter(([, value]) => value !== null && value !== undefined && value !== '')
    .map(([name, value]) => [name, typeof value === 'object' ? JSON.stringify(value) : String(value)])
}
