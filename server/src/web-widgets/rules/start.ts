// What a start stores of its visitor: answers of the form at the top, what is signed apart from what is claimed. Pure.
import type { FieldFault } from '../../base/faults.ts'
import { faultsOfSize } from '../../base/json-size.ts'
import type { JsonObject, JsonValue } from '../../base/json.ts'
import type { Profile } from '../visitor-tokens.ts'

export interface SentPage {
  url?: string | null | undefined
  title?: string | null | undefined
  referrer?: string | null | undefined
}

export interface SentVisitor {
  name?: string | null | undefined
  email?: string | null | undefined
  phone?: string | null | undefined
}

export interface StartMetadata {
  user_id: string
  verified: boolean
  profile: Profile
  form: JsonObject
  visitor: SentVisitor
  client: JsonObject | null
  page: SentPage | null
  locale: string | null
  is_preview: boolean
}

const most_client_bytes = 8192
const most_page_text = 500

export function faultsOfClient(client: unknown): FieldFault[] {
  return faultsOfSize('client', client, most_client_bytes)
}

/**
 * B7: nothing unsigned gets into `visitor.verified`, `visitor.user_id` or `verified`. The ids of a form’s fields cannot be those names;
 * what they say comes first all the same.
 */
export function metadataOfStart(start: StartMetadata): JsonObject {
  const { user_id, verified, profile, form, visitor, client, page, locale, is_preview } = start
  const { metadata, ...signed } = profile
  const { name, email, phone } = visitor
  const texts = verified ? signed : without({ name, email, phone })
  return {
    ...form,
    visitor: { ...texts, user_id, verified },
    ...(verified && metadata ? { verified: metadata } : {}),
    ...(client && Object.keys(client).length > 0 ? { client } : {}),
    ...(page ? { page: pageOf(page) } : {}),
    ...(locale ? { locale } : {}),
    ...(is_preview ? { parley_preview: true } : {}),
  }
}

/** Addresses without what may be private: query, fragment and credentials. What is no address of the web is left out. */
export function pageOf({ url, title, referrer }: SentPage): JsonObject {
  return without({
    url: addressOf(url),
    title: title?.slice(0, most_page_text).toWellFormed(),
    referrer: addressOf(referrer),
  })
}

function addressOf(text: string | null | undefined): string | null {
  const url = text ? URL.parse(text) : null
  if (!url || !/^https?:$/.test(url.protocol)) return null
  return `${url.origin}${url.pathname}`.slice(0, most_page_text)
}

function without(values: object): JsonObject {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value != null && value !== '')) as JsonObject
}

/** Once the site has signed a guest: their conversations say so. */
export function signedLater(metadata: JsonObject, user_id: string): JsonObject {
  const { visitor } = metadata
  const before = isObject(visitor) ? visitor : {}
  return { ...metadata, visitor: { ...before, user_id, verified: true } }
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
