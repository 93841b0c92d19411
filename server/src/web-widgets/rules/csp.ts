// Whether the Content Security Policies of a page let it run the loader and show the frame (CSP level 3, as far as it concerns this). Pure.

export interface Snippet {
  /** Of the page. */
  page: URL
  /** Of the loader. */
  script: URL
  /** Of the snippet's element; null: it has none. */
  nonce: string | null
}

/** All policies must: each is a header, or the content of a meta element. */
export function allowsWidget(policies: readonly string[], snippet: Snippet): boolean {
  // One header can have several, with commas between.
  return policies.flatMap((policy) => policy.split(',')).every((policy) => allows(parsePolicy(policy), snippet))
}

type Policy = ReadonlyMap<string, readonly string[]>

function parsePolicy(text: string): Policy {
  const policy = new Map<string, string[]>()
  for (const directive of text.split(';')) {
    const [name, ...sources] = directive.trim().split(/\s+/)
    // The first of a name counts.
    if (name && !policy.has(name.toLowerCase())) policy.set(name.toLowerCase(), sources)
  }
  return policy
}

function find(policy: Policy, names: readonly string[]): readonly string[] | undefined {
  return names.map((name) => policy.get(name)).find((sources) => sources !== undefined)
}

function allows(policy: Policy, { page, script, nonce }: Snippet): boolean {
  const scripts = find(policy, ['script-src-elem', 'script-src', 'default-src'])
  const frames = find(policy, ['frame-src', 'child-src', 'default-src'])
  const sandbox = policy.get('sandbox')
  if (sandbox && !sandbox.includes('allow-scripts')) return false
  const mayFrame = frames === undefined || frames.some((source) => matches(source, new URL(script.origin), page))
  return mayFrame && (scripts === undefined || mayRun(scripts, { page, script, nonce }))
}

function mayRun(sources: readonly string[], { page, script, nonce }: Snippet): boolean {
  if (nonce !== null && sources.includes(`'nonce-${nonce}'`)) return true
  // Then hosts count for nothing.
  if (sources.some((source) => source.toLowerCase() === "'strict-dynamic'")) return false
  return sources.some((source) => matches(source, script, page))
}

function matches(source: string, url: URL, page: URL): boolean {
  if (source.toLowerCase() === "'self'") return url.origin === page.origin
  if (source.startsWith("'")) return false
  if (source === '*') return true
  if (/^[a-z][a-z0-9+.-]*:$/i.test(source)) return matchesScheme(source.toLowerCase(), url)
  const [, scheme, host = '', port, path] =
    /^(?:([a-z][a-z0-9+.-]*:)\/\/)?([^/:]+)(?::(\d+|\*))?(\/.*)?$/i.exec(source) ?? []
  if (!matchesScheme((scheme ?? page.protocol).toLowerCase(), url)) return false
  return matchesHost(host.toLowerCase(), url.hostname) && matchesPort(port, url) && matchesPath(path, url)
}

/** A source with http permits https too. */
function matchesScheme(scheme: string, { protocol }: URL): boolean {
  return protocol === scheme || (scheme === 'http:' && protocol === 'https:')
}

function matchesHost(pattern: string, host: string): boolean {
  return pattern.startsWith('*.') ? host.endsWith(pattern.slice(1)) : host === pattern || pattern === '*'
}

function matchesPort(port: string | undefined, url: URL): boolean {
  const standard = url.protocol === 'https:' ? '443' : '80'
  return port === '*' || (port ?? standard) === (url.port || standard)
}

/** A path that ends with a slash permits everything below. Frames are asked for by their origin: there a path says nothing yet. */
function matchesPath(path: string | undefined, { pathname }: URL): boolean {
  if (path === undefined || path === '/' || pathname === '/') return true
  return path.endsWith('/') ? pathname.startsWith(path) : pathname === path
}
