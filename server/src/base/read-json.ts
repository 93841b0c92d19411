// Reads JSON text without changing what it says. `JSON.parse` of V8 13.6 can take a name with an escape for another name that an
// earlier text had, and every `JSON.parse` rounds or drops numbers that a double cannot hold. Pure.

const parseNatively = JSON.parse.bind(JSON)

/** `JSON.parse` with the names as they are written. Numbers are doubles. */
export function parseJson(text: string): unknown {
  const value: unknown = parseNatively(text)
  return hasEscapedName(text) ? readValid(text, Number) : value
}

/**
 * For JSON from callers and models: a number that would change is infinite or NaN, which JSON cannot express. `findUnstorable`
 * reports it with its path.
 */
export function parseSentJson(text: string): unknown {
  const value: unknown = parseNatively(text)
  return mayChange(text) ? readValid(text, readExactly) : value
}

/** For answers of other systems: a number that would change is its text, with all digits. */
export function parseForeignJson(text: string): unknown {
  const value: unknown = parseNatively(text)
  return mayChange(text) ? readValid(text, (literal) => (isExactNumber(literal) ? Number(literal) : literal)) : value
}

/**
 * Makes `JSON.parse` safe for the libraries of this process, which read the messages of models and of remote tools. Only without
 * a reviver, which no library here uses for a value from outside.
 */
export function repairJsonParse(): void {
  JSON.parse = (text: string, revive?: Parameters<typeof JSON.parse>[1]): unknown =>
    revive === undefined && typeof text === 'string' ? parseJson(text) : parseNatively(text, revive)
}

function mayChange(text: string): boolean {
  return suspiciousNumber.test(text) || hasEscapedName(text)
}

/** Where a number begins that is long or has a large or negative exponent. Also found in texts, which only costs time. */
const suspiciousNumber = /(?:^|[:,[\s])-?(?:\d{16}|\d+(?:\.\d+)?[eE](?:-|\+?\d{3})|0\.0{300})/

function readExactly(literal: string): number {
  const number = Number(literal)
  return Number.isFinite(number) && !isExactNumber(literal) ? NaN : number
}

/**
 * Whether the number, in decimal digits, is written back with the same value. A fraction may have more digits than a double holds: what it stands for
 * is a measure, while the digits of an integer may be an id, also when it ends with `.0` or `e0`.
 */
export function isExactNumber(literal: string): boolean {
  const number = Number(literal)
  if (!Number.isFinite(number)) return false
  if (number === 0) return !/^[^eE]*[1-9]/.test(literal)
  const [, integer] = /^(-?\d+)(?:\.0+)?(?:[eE][+-]?0+)?$/.exec(literal) ?? []
  return integer === undefined || writeOut(number) === integer
}

/** The digits of an integer, without an exponent. */
function writeOut(number: number): string {
  const [, sign = '', first = '', fraction = '', power] =
    /^(-?)(\d+)(?:\.(\d+))?(?:e\+(\d+))?$/.exec(String(number)) ?? []
  return sign + first + fraction.padEnd(Number(power ?? 0), '0')
}

const quote = 0x22
const backslash = 0x5c
const colon = 0x3a
const largest_space = 0x20

/** Whether a name in a valid JSON text has an escape. Backslashes are only in strings. */
function hasEscapedName(text: string): boolean {
  for (let escape = text.indexOf('\\'); escape >= 0;) {
    const end = endOfString(text, escape)
    if (isFollowedByColon(text, end + 1)) return true
    escape = text.indexOf('\\', end)
  }
  return false
}

/** The closing quote of the string that `at` is in. */
function endOfString(text: string, at: number): number {
  let end = at
  for (let code = text.charCodeAt(end); code !== quote; code = text.charCodeAt(end)) end += code === backslash ? 2 : 1
  return end
}

function isFollowedByColon(text: string, start: number): boolean {
  let at = start
  while (text.charCodeAt(at) <= largest_space) at += 1
  return text.charCodeAt(at) === colon
}

const number = /-?\d[\d.eE+-]*/y

/** Reads a text that is known to be valid. Not recursive, so any depth is possible. */
function readValid(text: string, readNumber: (literal: string) => unknown): unknown {
  const outer: object[] = []
  /** The innermost open list or object, at first one for the whole text. */
  let inside: object = []
  let name: string | null = null
  const names: (string | null)[] = []
  const put = (value: unknown) => {
    if (Array.isArray(inside)) inside.push(value)
    else setOwn(inside, name!, value)
  }
  const enter = (container: object) => {
    put(container)
    outer.push(inside)
    names.push(name)
    inside = container
    name = null
  }
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code === quote) {
      const end = endOfString(text, at + 1)
      const string = readString(text.slice(at, end + 1))
      if (name === null && !Array.isArray(inside)) name = string
      else put(string)
      at = end
    } else if (code === comma) name = null
    else if (code === brace) enter({})
    else if (code === bracket) enter([])
    else if ((code & same_but_brace) === closing) {
      inside = outer.pop()!
      name = names.pop()!
    } else if (code === minus || (code >= zero && code <= nine)) {
      number.lastIndex = at
      const [literal] = number.exec(text)!
      put(readNumber(literal))
      at += literal.length - 1
    } else if (code > colon) {
      const word = words.find(([first]) => first === code)!
      put(word[1])
      at += word[2] - 1
    }
  }
  return (inside as unknown[])[0]
}

/** Of true, false and null: the first character, the value and the length. */
const words = [
  [0x74, true, 4],
  [0x66, false, 5],
  [0x6e, null, 4],
] as const
const [comma, minus, zero, nine] = [0x2c, 0x2d, 0x30, 0x39]
const [bracket, brace, closing, same_but_brace] = [0x5b, 0x7b, 0x5d, 0b1101_1111]

/** A text without names is not affected by the defect. */
function readString(literal: string): string {
  return literal.includes('\\') ? (parseNatively(literal) as string) : literal.slice(1, -1)
}

function setOwn(object: object, name: string, value: unknown): void {
  if (name !== '__proto__') (object as Record<string, unknown>)[name] = value
  else Object.defineProperty(object, name, { value, configurable: true, enumerable: true, writable: true })
}
