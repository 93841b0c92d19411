// Finds numbers of bank accounts (IBAN) and of credit cards in a segment, which is short: both have check digits. Pure.
import type { Found, Place } from './types.ts'

export function findAccounts({ segment }: Place): Found[] {
  return [...findIbans(segment), ...findCards(segment)]
}

/** Of an IBAN, by country. */
const lengths: Record<string, number> = {
  ...{ AD: 24, AE: 23, AL: 28, AT: 20, AZ: 28, BA: 20, BE: 16, BG: 22, BH: 22, BI: 27, BR: 29, BY: 28, CH: 21, CR: 22 },
  ...{ CY: 28, CZ: 24, DE: 22, DJ: 27, DK: 18, DO: 28, EE: 20, EG: 29, ES: 24, FI: 18, FK: 18, FO: 18, FR: 27, GB: 22 },
  ...{ GE: 22, GI: 23, GL: 18, GR: 27, GT: 28, HN: 28, HR: 21, HU: 28, IE: 22, IL: 23, IQ: 23, IS: 26, IT: 27, JO: 30 },
  ...{ KW: 30, KZ: 20, LB: 28, LC: 32, LI: 21, LT: 20, LU: 20, LV: 21, LY: 25, MC: 27, MD: 24, ME: 22, MK: 19, MN: 20 },
  ...{ MR: 27, MT: 31, MU: 30, NI: 28, NL: 18, NO: 15, OM: 23, PK: 24, PL: 28, PS: 29, PT: 25, QA: 29, RO: 24, RS: 22 },
  ...{ RU: 33, SA: 24, SC: 31, SD: 18, SE: 24, SI: 19, SK: 24, SM: 27, SO: 23, ST: 25, SV: 28, TL: 23, TN: 24, TR: 26 },
  ...{ UA: 29, VA: 22, VG: 24, XK: 20, YE: 30 },
}

const iban_begins = /(?<![A-Za-z0-9])([A-Za-z]{2})\d{2}(?=[ \u00a0-]?[A-Za-z0-9])/g
const separators = /[ \u00a0-]/

function findIbans(segment: string): Found[] {
  const found: Found[] = []
  for (const { 1: country, index: start } of segment.matchAll(iban_begins)) {
    const length = lengths[country!.toUpperCase()]
    const end = length === undefined ? null : endOf(segment, start, length)
    if (end !== null && hasCheckDigits(segment.slice(start, end))) found.push({ start, end, kind: 'iban' })
  }
  return found
}

/** Where so many letters and digits end, with at most one separator between two of them; null if there are fewer or more. */
function endOf(segment: string, start: number, length: number): number | null {
  let left = length
  let end = start
  for (; left > 0; end += 1) {
    const unit = segment[end]
    if (unit === undefined) return null
    if (/[A-Za-z0-9]/.test(unit)) left -= 1
    else if (!separators.test(unit) || separators.test(segment[end - 1]!)) return null
  }
  return /[A-Za-z0-9]/.test(segment[end] ?? '') ? null : end
}

/** ISO 7064, modulo 97: letters count as 10 to 35. */
function hasCheckDigits(iban: string): boolean {
  const plain = iban.replaceAll(/[^A-Za-z0-9]/g, '')
  let rest = 0
  for (const unit of plain.slice(4) + plain.slice(0, 4)) {
    const value = Number.parseInt(unit, 36)
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97
  }
  return rest === 1
}

const card = /(?<![\w-])\d(?:[ \u00a0.-]?\d){12,18}(?![\w-]|\.\d)/g
/** The issuers' ranges: Visa, Mastercard, American Express, Diners, Discover, JCB, UnionPay, Maestro. */
const issued =
  /^(?:4(?:\d{12}|\d{15}|\d{18})|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}|3(?:0[0-5]|[68]\d)\d{11}|(?:6011|65\d\d|64[4-9]\d)\d{12,15}|35(?:2[89]|[3-8]\d)\d{12,15}|62\d{14,17}|(?:5[06-9]|6[37])\d{11,17})$/

function findCards(segment: string): Found[] {
  const found: Found[] = []
  for (const { 0: text, index: start } of segment.matchAll(card)) {
    const part = cardIn(text)
    if (part) found.push({ start: start + part.start, end: start + part.end, kind: 'credit_card' })
  }
  return found
}

/** The number, without groups beside it that are not part of it: `4111 1111 1111 1111 12`. */
function cardIn(text: string): { start: number; end: number } | null {
  const groups = [...text.matchAll(/[^ \u00a0]+/g)].map(({ 0: { length }, index }) => ({
    start: index,
    end: index + length,
  }))
  for (const { start } of groups) {
    for (const { end } of groups.filter((group) => group.end > start).toReversed()) {
      const digits = text.slice(start, end).replaceAll(/\D/g, '')
      if (issued.test(digits) && passesLuhn(digits)) return { start, end }
    }
  }
  return null
}

function passesLuhn(digits: string): boolean {
  let sum = 0
  for (const [index, digit] of [...digits].toReversed().entries()) {
    const value = Number(digit) * (index % 2 === 0 ? 1 : 2)
    sum += value > 9 ? value - 9 : value
  }
  return sum % 10 === 0
}
