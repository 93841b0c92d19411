// Finds phone numbers in a segment, which is short. International ones are checked against the world's numbering plans; national
// ones by how they are written, and by the words before them. Pure.
import { laterPackage } from '../../base/later.ts'
import type { Found, Place } from './types.ts'

const numberingPlans = laterPackage<typeof import('libphonenumber-js/min')>('libphonenumber-js/min')

/** Digits and what is written between the digits of one number. */
const run = /[+(]{0,2}\d[\d()./ \u00a0\u2009\u202f\u2010-\u2015-]*/g
/** Letters of scripts that separate words by spaces. */
const letters = String.raw`\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}`
/** Before it: it is part of an id, a name, a decimal fraction or an account. */
const continues = new RegExp(`[${letters}\\p{N}_@#-]$|\\d[.,:]$|\\b[A-Za-z]{2}\\d{2}(?: \\w{4})* $`, 'u')
const goesOn = new RegExp(`^[${letters}\\p{N}_@]|^[.:-]\\d`, 'u')
const most_groups = 14

export function findPhones({ segment, before }: Place, found: Found[]): Found[] {
  return [...segment.matchAll(run)].flatMap(({ 0: text, index }) => {
    const until = found.find(({ start }) => start > index && start < index + text.length)?.start ?? index + text.length
    if (found.some(({ start, end }) => start <= index && index < end)) return []
    return findIn(segment.slice(index, until), index, { segment, before })
  })
}

interface Group {
  start: number
  end: number
}

/** The longest number from each group on. */
function findIn(text: string, offset: number, place: Place): Found[] {
  const groups = [...text.matchAll(/[^ \u00a0\u2009\u202f]+/g)]
    .slice(0, most_groups)
    .map(({ 0: { length }, index }): Group => ({ start: index, end: index + length }))
  const found: Found[] = []
  for (let first = 0; first < groups.length;) {
    const last = lastGroup(text, groups, first, place, offset)
    if (last === null) {
      first += 1
      continue
    }
    const start = groups[first]!.start
    const number = trimmed(text.slice(start, groups[last]!.end))
    found.push({ start: offset + start, end: offset + start + number.length, kind: 'phone' })
    first = last + 1
  }
  return found
}

function lastGroup(text: string, groups: Group[], first: number, { segment, before }: Place, offset: number) {
  const { start } = groups[first]!
  const preceding = `${before}${segment.slice(0, offset + start)}`
  if (continues.test(preceding)) return null
  for (let last = groups.length - 1; last >= first; last -= 1) {
    const number = trimmed(text.slice(start, groups[last]!.end))
    const following = segment.slice(offset + start + number.length)
    if (!goesOn.test(following) && isPhone(number, preceding)) return last
  }
  return null
}

/** Without what is written after the last digit: a bracket that was opened belongs to it. */
function trimmed(text: string): string {
  return /^.*\d(?:\)(?<=\(\d+\)))?/.exec(text)?.[0] ?? text
}

const date = /(?<!\d|\d[./-])(?:\d{1,2}[./-]\d{1,2}[./-](?:\d{4}|\d{2})|\d{4}[./-]\d{1,2}[./-]\d{1,2})(?![./-]?\d)/
const money = /(?:[€$£¥₹]|\b(?:eur|usd|gbp|chf|jpy|inr|sek|nok|dkk|pln))\s?$/i
/** Words that announce a phone number, in the languages of the table of tests. */
const announced =
  /phone|\bfon\b|\btel\b|tél|\btlf\b|telef|téléph|mobil|móvil|\bcell|celular|cellul|handy|whats ?app|\bsms\b|\btext me|\bcall|\bcalls\b|\bring\b|\bdial|\bfax\b|hotline|anruf|\brufen\b|\brufnummer|erreich|reach \w{2,4}\b|appel|joindre|joignable|portable|llám|llame|llama|\bligue|\bbel\b|\bbellen\b|chiam|\bring(?:a|e)?\b|zadzwoń|позвон|телефон|电话|手机|電話|携帯|전화/iu
const numbered =
  /(?:order|ticket|invoice|case|reference|\bref|\bid|\bids|\bno|\bnr|number|customer|client|account|tracking|parcel|shipment|\bsku|article|item|model|serial|product|transaction|policy|contract|booking|confirmation|isbn|ean|version|\bzip|\bplz|code|bestell\p{L}*|auftrag\p{L}*|rechnung\p{L}*|kunden\p{L}*|artikel\p{L}*|vorgang\p{L}*|aktenzeichen|sendung\p{L}*|konto\p{L}*|commande|facture|pedido|factura|ordine|fattura|zamówieni\p{L}*)[ .:#°º]*$/iu
/** National numbers that begin without a zero, as they are written: North America; Spain; France-like pairs; Poland and others. */
const written = [
  /^(?:1[ .-]?)?\(?[2-9]\d{2}\)?[ .-]{0,3}\d{3}[ .-]\d{4}$/,
  /^[6789]\d{2}[ .-]\d{2}[ .-]\d{2}[ .-]\d{2}$/,
  /^[4-9]\d{2} \d{3} (?!000)\d{3}$/,
  /^[6-9]\d{4}[ -]\d{5}$/,
  /^\(?[1-9]\d\)? ?9?\d{4}-\d{4}$/,
  /^1[3-9]\d[ -]\d{4}[ -]\d{4}$/,
]

function isPhone(text: string, preceding: string): boolean {
  const number = text.replaceAll(/[\u00a0\u2009\u202f]/g, ' ').replaceAll(/[\u2010-\u2015]/g, '-')
  const digits = number.replaceAll(/\D/g, '')
  if (digits.length < 7 || digits.length > 17 || date.test(number) || money.test(preceding)) return false
  if (/^\(?\+/.test(number)) return isInternational(number)
  const isAnnounced = announced.test(withoutPlaceholders(preceding))
  if (!isAnnounced && numbered.test(preceding)) return false
  if (/^\(?00[1-9]/.test(number)) return isInternational(number.replace('00', '+'))
  if (digits.length > 15) return false
  if (isAnnounced) return !/^\d+[.,]\d{1,2}$/.test(number)
  // The zero before an area code; not that of a fraction.
  if (/^\(?0[1-9]/.test(number) || /^0 [1-9]/.test(number)) return digits.length >= 9 && digits.length <= 12
  return written.some((form) => form.test(number))
}

/** `[phone]` announces nothing. */
function withoutPlaceholders(text: string): string {
  return text.replaceAll(/\[\w+\]/g, '')
}

function isInternational(number: string): boolean {
  // `+49 (0)30`: the zero is not dialled from abroad.
  const dialled = number.replace('(0)', '').replaceAll(/[^\d+]/g, '')
  return numberingPlans().parsePhoneNumberFromString(dialled)?.isPossible() ?? false
}
