// Finds e-mail and IP addresses in a segment, which is short. Pure.
import type { Found, Place } from './types.ts'

export function findAddresses({ segment, before }: Place): Found[] {
  return [...findEmails(segment), ...findIps(segment, before)]
}

const local = {
  latin: /[\p{Script=Latin}\p{N}\p{M}._%+'’&-]{1,64}$/u,
  other: /[\p{L}\p{N}\p{M}._%+'’&-]{1,64}$/u,
}
// The last label has letters only: `foo@1.2.3` is a version.
const ascii_domain = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,8}(?:[a-z]{2,24}|xn--[a-z0-9-]{2,59})(?![a-z0-9-])/i
const other_domain = /^(?:[\p{L}\p{N}](?:[\p{L}\p{N}\p{M}-]{0,61}[\p{L}\p{N}\p{M}])?\.){1,8}[\p{L}\p{M}]{2,24}/u
/** The picture of twice the size: `logo@2x.png`. */
const picture = /^\d(?:\.\d)?x\.[a-z]{3,4}$/i

function findEmails(segment: string): Found[] {
  const found: Found[] = []
  for (let at = segment.indexOf('@'); at !== -1; at = segment.indexOf('@', at + 1)) {
    const left = segment.slice(Math.max(0, at - 64), at)
    const right = segment.slice(at + 1, at + 256)
    const isLatin = /[\p{Script=Latin}\p{N}]$/u.test(left)
    const [name = ''] = (isLatin ? local.latin : local.other).exec(left) ?? []
    // Dots and quotes around an address are not part of it.
    const owner = name.replace(/^[.'’]+/, '')
    const [domain = ''] = ascii_domain.exec(right) ?? other_domain.exec(right) ?? []
    if (owner === '' || owner.endsWith('.') || domain === '' || picture.test(domain)) continue
    const end = at + 1 + domain.length
    // An address of a repository.
    if (owner === 'git' && /^:[\w~./-]/.test(segment.slice(end))) continue
    found.push({ start: at - owner.length, end, kind: 'email' })
  }
  return found
}

const v4 = /(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?!\w|\.\d)/g
/** `version 1.2.3.4`, `nginx/1.2.3.4`. */
const version =
  /(?:\bv|\bver|versions?|release|build|firmware|\brev|revision|section|chapter|kapitel|abschnitt|§|[a-z]\/)[ .:#-]*$/i
const v6 = /(?<![\w:.])[0-9a-f:]{2,39}(?:(?:\d{1,3}\.){3}\d{1,3})?(?![\w:]|\.\d)/gi

function findIps(segment: string, before: string): Found[] {
  const found: Found[] = []
  for (const { 0: text, index: start } of segment.matchAll(v6)) {
    if (isV6(text)) found.push({ start, end: start + text.length, kind: 'ip_address' })
  }
  for (const { 0: text, index: start } of segment.matchAll(v4)) {
    const isInRange = text.split('.').every((part) => Number(part) <= 255)
    if (!isInRange || version.test(`${before}${segment.slice(0, start)}`)) continue
    found.push({ start, end: start + text.length, kind: 'ip_address' })
  }
  return found
}

/** Fewer digits are more likely something else, such as `a[10::2]`. */
const least_digits_of_v6 = 5

function isV6(text: string): boolean {
  if ((text.match(/:/g) ?? []).length < 2 || text.replaceAll(':', '').length < least_digits_of_v6) return false
  const halves = text.split('::')
  if (halves.length > 2) return false
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')))
  const size = groups.reduce((sum, group) => sum + (group.includes('.') ? 2 : 1), 0)
  const areGroups = groups.every((group, index) =>
    group.includes('.') ? index === groups.length - 1 : /^[0-9a-f]{1,4}$/i.test(group),
  )
  return areGroups && (halves.length === 2 ? size < 8 : size === 8)
}
