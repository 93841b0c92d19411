// Masks what differs in each run of a recording, and nothing else: ids, times and secrets become names, in
// order of appearance; values made of them (cursors, tokens) are shown decoded.

export interface Masks {
  mask(text: string): string
}

const day_ms = 86_400_000
/** Times and ids of the run itself. A constant that a walk sends must be older, so that it is not masked. */
const [earliest_ms, latest_ms] = [Date.now() - day_ms, Date.now() + 400 * day_ms]
const isOfRun = (ms: number) => ms > earliest_ms && ms < latest_ms

/**
 * One statement may read the time twice. The next statement is much later; but our own clock, to the millisecond,
 * may be close to any of them.
 */
function isSameMoment(one: number, other: number): boolean {
  const isOurs = one % 1000 === 0 || other % 1000 === 0
  return isOurs ? one === other : Math.abs(one - other) < 20
}

const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g
const time = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.(\d+))?(?:Z|[+-]\d\d:\d\d)/g
/** Events of one commit are stored one after the other: whether their times are equal depends on the machine. */
const occurred_at = /(?<="occurred_at":")\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.(\d+)Z/g
/** The end of a token, in whole seconds: whether two of them are equal depends on when within a second they are made. */
const token_end = /(?<="expires_at":")\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000000Z/g
const epoch = /(?<![\w.-])(\d{10}|\d{13})(?![\w.-])/g
const jwt = /(eyJ[\w-]+)\.(eyJ[\w-]+)\.[\w-]{43}(?![\w-])/g
const credential = /\b(ak|pat|pvt)_([\w-]{16})\.[\w-]{43}(?![\w-])/g
const webhook_secret = /\bwhsec_[A-Za-z0-9+/]{43}=/g
const signature = /\bv1,[A-Za-z0-9+/]{43}=/g
const sealed = /(?<=parley_sign_in=)[\w-]{60,}/g
/** 32 random bytes; not those of an ETag, which are a hash. */
const random_text = /(?<!W\/"|[\w+/.-])[\w-]{43}(?![\w+/=.-])/g
/** Of the address for a file: a time and 32 bytes. */
const upload_token = /(?<=\?token=)[\w-]{54}(?![\w-])/g
/** Seconds that pass during the recording. Those that a walk sends are longer. */
const short_duration = /(?<="(?:average_)?duration":)\d(?:\.\d+)?(?=[,}])/g
const maybe_base64 = /(?<![\w+/-])(?:[\w-]{16,}|[A-Za-z0-9+/]{16,}={0,2})(?![\w+/=-])/g

/** `literals`: texts that differ in each run, and their names. */
export function createMasks(literals: Iterable<readonly [text: string, name: string]>): Masks {
  const names = new Map<string, string>()
  const counts = new Map<string, number>()
  const key_ids = new Map<string, string>()

  function nameOf(kind: string, value: string): string {
    const found = names.get(`${kind} ${value}`)
    if (found !== undefined) return found
    const count = (counts.get(kind) ?? 0) + 1
    counts.set(kind, count)
    const name = `<${kind}:${count}>`
    names.set(`${kind} ${value}`, name)
    return name
  }

  function maskCredential(_text: string, prefix: string, key_id: string): string {
    const name = nameOf('key', key_id)
    key_ids.set(key_id, name)
    return `${prefix}_${name}.<secret>`
  }

  const moments: { text: string; microseconds: number }[] = []

  function maskTime(text: string, fraction = ''): string {
    if (!isOfRun(Date.parse(text))) return text
    const microseconds = Date.parse(text) * 1000 + Number(fraction.slice(3, 6))
    const found = moments.find((other) => isSameMoment(other.microseconds, microseconds))
    if (!found) moments.push({ text, microseconds })
    return nameOf(`time.${fraction.length}`, found?.text ?? text)
  }

  const maskUuid = (text: string) => {
    if (text[14] !== '7') return text[14] === '4' ? nameOf('uuid4', text) : text
    return isOfRun(Number.parseInt(text.replaceAll('-', '').slice(0, 12), 16)) ? nameOf('id', text) : text
  }
  const maskEpoch = (digits: string) => {
    const isSeconds = digits.length === 10
    return isOfRun(Number(digits) * (isSeconds ? 1000 : 1)) ? `<epoch_${isSeconds ? 's' : 'ms'}>` : digits
  }

  function maskPlain(text: string): string {
    let masked = text
    for (const [key_id, name] of key_ids) masked = masked.replaceAll(key_id, name)
    return masked.replaceAll(uuid, maskUuid).replaceAll(time, maskTime)
  }

  /** In single quotes, so that it can be part of a JSON text. */
  const open = (json: string) => maskPlain(json).replaceAll('"', "'")

  function maskEncoded(text: string): string {
    for (const encoding of ['base64url', 'base64'] as const) {
      const decoded = Buffer.from(text, encoding)
      if (decoded.toString(encoding) !== text) continue
      const plain = decoded.toString('latin1')
      if (/^(\["[\x20-\x7e]*\]|\d{4}-\d\d-\d\dT[\d:.]+Z)$/.test(plain)) return `<${encoding} of ${open(plain)}>`
    }
    return text
  }

  const maskJwt = (_text: string, head: string, body: string) => {
    const [header, claims] = [head, body].map((part) => Buffer.from(part, 'base64url').toString())
    const { iat } = JSON.parse(claims!) as { iat?: number }
    const shown = claims!.replaceAll(epoch, (digits) =>
      iat === undefined ? '<epoch_s>' : `<iat + ${Number(digits) - iat}>`,
    )
    return `<jwt ${open(header!)} ${open(shown)} <signature>>`
  }

  return {
    mask(text) {
      let masked = text
      for (const [literal, name] of literals) masked = masked.replaceAll(literal, name)
      masked = masked
        .replaceAll(occurred_at, (_time, fraction: string) => `<time.${fraction.length}>`)
        .replaceAll(token_end, (end) => (isOfRun(Date.parse(end)) ? '<second>' : end))
        .replaceAll(credential, maskCredential)
        .replaceAll(jwt, maskJwt)
        .replaceAll(webhook_secret, (secret) => nameOf('whsec', secret))
        .replaceAll(signature, 'v1,<signature>')
        .replaceAll(sealed, '<sealed>')
        .replaceAll(maybe_base64, maskEncoded)
      return maskPlain(masked)
        .replaceAll(upload_token, (secret) => nameOf('secret', secret))
        .replaceAll(random_text, (secret) => nameOf('secret', secret))
        .replaceAll(epoch, maskEpoch)
        .replaceAll(short_duration, '"<seconds>"')
    },
  }
}
