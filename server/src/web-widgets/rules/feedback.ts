// What a visitor may say about a conversation that is over. Pure.
import { type ErrorName, type FormDefinition, type FormValues, completeValues, findFormFaults } from '@parley/contract'
import type { FieldFault } from '../../base/faults.ts'
import type { JsonObject } from '../../base/json.ts'

export interface FeedbackSettings {
  enabled: boolean
  rating: 'stars' | 'thumbs' | 'none'
  form: FormDefinition | null
}

export interface SentFeedback {
  rating?: number | 'up' | 'down' | null | undefined
  data?: JsonObject | null | undefined
}

const open_days = 7
const day_ms = 86_400_000

/** Null: it is open. */
export function whyClosed(
  { enabled }: FeedbackSettings,
  { ended_at, now_ms }: { ended_at: string | null; now_ms: number },
): ErrorName | null {
  if (!enabled) return 'feedback_closed'
  if (ended_at === null) return 'conversation_active'
  return Date.parse(ended_at) + open_days * day_ms < now_ms ? 'feedback_closed' : null
}

export function faultsOfFeedback({ rating, form }: FeedbackSettings, sent: SentFeedback): FieldFault[] {
  const faults: FieldFault[] = []
  if (sent.rating == null && sent.data == null) faults.push({ path: '', message: 'rating or data is needed' })
  if (sent.rating != null && !isRating(rating, sent.rating)) {
    faults.push({ path: 'rating', message: `must be ${ratingWords[rating]}` })
  }
  // Required fields may be left out together with the form, but not one by one.
  if (sent.data != null) faults.push(...faultsOfForm(form, sent.data, 'data'))
  return faults
}

/** Each fault below `path`. Without a form every field is unknown. */
export function faultsOfForm(form: FormDefinition | null, values: JsonObject, path: string): FieldFault[] {
  return findFormFaults(form?.fields ?? [], values as FormValues).map((fault) => ({
    path: fault.path === '' ? path : `${path}.${fault.path}`,
    message: fault.message,
  }))
}

const ratingWords = { stars: 'a whole number from 1 to 5', thumbs: '`up` or `down`', none: 'left out' }

function isRating(kind: FeedbackSettings['rating'], rating: number | string): boolean {
  if (kind === 'stars') return typeof rating === 'number' && Number.isInteger(rating) && rating >= 1 && rating <= 5
  return kind === 'thumbs' && (rating === 'up' || rating === 'down')
}

/** What is stored of the answers, which have no faults. */
export function answersOf(form: FormDefinition | null, values: JsonObject): JsonObject {
  return completeValues(form?.fields ?? [], values as FormValues) as JsonObject
}

/** As it stands in the conversation’s metadata: by field id, with the rating beside. */
export function feedbackForm({ rating, data }: SentFeedback): JsonObject {
  return { ...data, ...(rating == null ? {} : { rating }) }
}

/** For the average: thumbs are the ends of the scale. */
export function scoreOf(rating: SentFeedback['rating']): number | null {
  if (rating == null) return null
  if (typeof rating === 'number') return rating
  return rating === 'up' ? 5 : 1
}
