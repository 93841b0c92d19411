// What a site asks of crawlers: robots.txt, and the directives of a page. Pure; what a hostile site writes costs a bounded time.
import library from 'robots-parser'

// The function itself: the library's types take it for one of a module's exports.
const parseRobots = library as unknown as typeof library.default

/** As robots.txt names us. */
const robot_name = 'ParleyBot'

/** For the header `user-agent`. */
export const user_agent = `${robot_name}/1.0`

export interface Robots {
  isAllowed(url: string): boolean
  /** As the site asks, at most `max_delay_ms`; 0: it does not. */
  delay_ms: number
  sitemaps: string[]
}

const max_delay_ms = 10_000
const max_sitemaps = 50

/** `url`: of the robots.txt itself, on the origin that it is about. */
export function readRobots(url: string, text: string): Robots {
  const parsed = parseRobots(url, boundRules(text))
  const seconds = parsed.getCrawlDelay(robot_name) ?? 0
  return {
    isAllowed: (asked) => parsed.isAllowed(asked, robot_name) !== false,
    delay_ms: Math.min(max_delay_ms, Math.max(0, seconds * 1000)),
    sitemaps: parsed.getSitemaps().slice(0, max_sitemaps),
  }
}

/** Characters of all rules with a wildcard. Such a rule costs its length for each character of an address. */
const max_wildcard_characters = 4000
/** Different rules that concern us; each costs the length of the address. A site with more is closed. */
const max_rules = 5000

/**
 * The parser adds each rule to each agent named above it, so many of both would fill the memory: a group names each agent once, and
 * all that are not us are one. Rules with wildcards beyond the bound are cut at the first one: that forbids more, never less.
 */
function boundRules(text: string): string {
  let left = max_wildcard_characters
  const agents = new Set<string>()
  const kept = new Set<string>()
  let is_new_group = true
  const lines: string[] = []
  for (const [name, value] of linesOf(text)) {
    if (name === 'user-agent') {
      if (is_new_group) agents.clear()
      is_new_group = false
      const agent = agentOf(value)
      if (!agents.has(agent)) lines.push(`${name}: ${agent}`)
      agents.add(agent)
      continue
    }
    // As the parser sees it: whatever follows the names ends their list.
    is_new_group = true
    if (name === 'sitemap') lines.push(`${name}: ${value}`)
    if (name === 'sitemap' || (agents.size === 1 && agents.has('other'))) continue
    const is_wild = value.includes('*')
    if (is_wild) left -= value.length
    const cut = is_wild && left < 0 ? value.slice(0, value.indexOf('*')) || '/' : value
    if (cut !== value && name === 'allow') continue
    const rule = `${[...agents].join()} ${name}: ${cut}`
    if (kept.has(rule)) continue
    kept.add(rule)
    if (kept.size <= max_rules) lines.push(`${name}: ${cut}`)
    else if (kept.size === max_rules + 1)
      return [...lines, 'user-agent: *', 'user-agent: parleybot', 'disallow: /'].join('\n')
  }
  return lines.join('\n')
}

const known_names = new Set(['user-agent', 'allow', 'disallow', 'crawl-delay', 'sitemap'])

/** Names and values of the lines that mean something here. */
function linesOf(text: string): [name: string, value: string][] {
  return text
    .replace(/^\ufeff/, '')
    .split(/\r\n|\r|\n/)
    .flatMap((line) => {
      const written = line.split('#', 1)[0]!
      const at = written.indexOf(':')
      const name = at < 0 ? '' : written.slice(0, at).trim().toLowerCase()
      return known_names.has(name) ? [[name, written.slice(at + 1).trim()]] : []
    })
}

function agentOf(value: string): string {
  const name = value.split('/', 1)[0]!.trim().toLowerCase()
  if (name === robot_name.toLowerCase()) return name
  return name === '*' ? '*' : 'other'
}

interface Directives {
  noindex: boolean
  nofollow: boolean
}

/** Of the header `x-robots-tag`, whose values are joined with commas. */
export function readDirectives(header: string | null): Directives {
  const words = new Set(wordsOfHeader(header ?? ''))
  const both = words.has('none')
  return { noindex: both || words.has('noindex'), nofollow: both || words.has('nofollow') }
}

const splitWords = (text: string) => text.split(/[\s,]+/)

/** `googlebot: noindex, nofollow` is for that robot only, until the next name. `unavailable_after: …` is a directive with a value. */
function wordsOfHeader(text: string): string[] {
  const words: string[] = []
  let is_for_us = true
  for (const part of text.toLowerCase().split(',')) {
    const [before, after] = part.split(':', 2) as [string, string | undefined]
    const name = before.trim()
    if (after === undefined || with_value.has(name)) {
      if (is_for_us) words.push(name)
      continue
    }
    is_for_us = name === robot_name.toLowerCase() || name === 'robots'
    if (is_for_us) words.push(...splitWords(after))
  }
  return words
}

const with_value = new Set(['unavailable_after', 'max-snippet', 'max-image-preview', 'max-video-preview'])
