// What an attacker writes by hand: texts for databases and other interpreters, paths that lead elsewhere, requests that are hardly HTTP.
import { type Operation, operations } from '@parley/contract'

/**
 * Each would do something if it were more than a text: find other rows, end a statement, name a file, or wait for longer than the database
 * lets a statement, which is answered with 500.
 */
export const injections = [
  `' or '1'='1`,
  `'; drop table conversations; --`,
  `' union select id, name, metadata from organizations --`,
  `1 or pg_sleep(100)`,
  `'||(select pg_sleep(100))||'`,
  `\\' or 1=1 --`,
  `$$; select pg_sleep(100); $$`,
  `%`,
  `_____`,
  `%' escape '!`,
  `.*`,
  `(a+)+$`,
  `{"$ne": null}`,
  `$.** ? (@ like_regex "^(a+)+$")`,
  `{{ constructor.constructor("return process")() }}`,
  '${7*7}',
  `../../../../etc/passwd`,
  `\r\nset-cookie: a=b\r\n\r\n<script>alert(1)</script>`,
  `\u202e\u0000admin`,
  `%27%20or%201=1`,
]

/** Forms in which a filter may take a text. */
const forms: ((text: string) => string)[] = [
  (text) => text,
  (text) => JSON.stringify({ [text]: text }),
  (text) => JSON.stringify([text]),
]

const isPage = ({ method, query, answer }: Operation) =>
  method === 'GET' && query?.properties !== undefined && answer?.kind !== 'events'

/** Every filter of every operation that reads with filters. */
export const filters: readonly [Operation, string][] = Object.values<Operation>(operations)
  .filter(isPage)
  .flatMap((operation) =>
    Object.keys(operation.query!.properties).map((name): [Operation, string] => [operation, name]),
  )

/** Query strings for one filter. */
export function* queriesOf(name: string, texts: readonly string[]): Generator<string> {
  for (const text of texts) for (const form of forms) yield `${name}=${encodeURIComponent(form(text))}`
}

const up = ['..', '%2e%2e', '.%2e', '..%2f', '..%5c', '..\\', '....//', '%252e%252e', '%c0%ae%c0%ae', '..;', '%00..']
const files = ['package.json', 'etc/passwd', 'data/admin-key', 'data/secret-key', 'server/src/main.js']
const places = [
  '',
  '/assets',
  '/docs',
  '/docs/assets',
  '/docs/api/js',
  '/public/widget',
  '/public/embed',
  '/core/agents',
]

/** Paths that would leave the folder from which files are served. Not for a client that tidies paths up. */
export const traversals: readonly string[] = [
  ...places.flatMap((place) =>
    up.flatMap((step) => files.map((file) => `${place}/${[step, step, step, step].join('/')}/${file}`)),
  ),
  ...places.flatMap((place) => files.map((file) => `${place}//${file}`)),
  ...places.map((place) => `${place}/%2fetc%2fpasswd`),
  ...files.map((file) => `/public/widget/..%2f..%2f..%2f${encodeURIComponent(file)}`),
  '/..',
  '//evil.test/',
  '/\\evil.test',
  '/docs/..%00/quickstart',
  '/assets/.',
  '/%',
  '/?a=../../etc/passwd',
  'http://evil.test/etc/passwd',
  '*',
]

const long = 'a'.repeat(70_000)

/** Bytes of requests that are broken or far too large. */
export const malformed: readonly string[] = [
  'hello\r\n\r\n',
  '\r\n\r\n\r\n\r\n',
  '\0\0\0\0\r\n\r\n',
  'GET\r\n\r\n',
  'GET / HTTP/9.9\r\nhost: x\r\n\r\n',
  'GET / HTTP/1.1\r\n\r\n',
  'GET / HTTP/1.1\r\nhost: x\r\nhost: y\r\n\r\n',
  'GET / HTTP/1.1\r\nhost: x\r\nbroken\r\n\r\n',
  'GET / HTTP/1.1\r\nhost: x\r\na b: c\r\n\r\n',
  'GET /\r\nx HTTP/1.1\r\nhost: x\r\n\r\n',
  'POST /core/agents HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n',
  'POST /core/agents HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab',
  'POST /core/agents HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nGET /healthz HTTP/1.1\r\nhost: x\r\n\r\n',
  'POST /core/agents HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nffffffffffffffff\r\na\r\n',
  'POST /core/agents HTTP/1.1\r\nhost: x\r\ntransfer-encoding: gzip\r\n\r\n',
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  '\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03',
  'OPTIONS * HTTP/1.1\r\nhost: x\r\n\r\n',
  'CONNECT evil.test:443 HTTP/1.1\r\nhost: evil.test:443\r\n\r\n',
  'GET /healthz HTTP/1.1\r\nhost: x\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n',
  'POST /core/agents HTTP/1.1\r\nhost: x\r\nexpect: a miracle\r\ncontent-length: 2\r\n\r\n{}',
]

export const huge_headers: readonly string[] = [
  `GET /${long} HTTP/1.1\r\nhost: x\r\n\r\n`,
  `GET /healthz?${long} HTTP/1.1\r\nhost: x\r\n\r\n`,
  `GET /healthz HTTP/1.1\r\nhost: x\r\nx-long: ${long}\r\n\r\n`,
  `GET /healthz HTTP/1.1\r\nhost: x\r\n${long}: 1\r\n\r\n`,
  `GET /healthz HTTP/1.1\r\nhost: x\r\ncookie: ${'a=b; '.repeat(14_000)}\r\n\r\n`,
  `GET /healthz HTTP/1.1\r\nhost: x\r\n${'a: b\r\n'.repeat(12_000)}\r\n`,
  `GET /core/agents HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${'x'.repeat(60_000)}\r\n\r\n`,
  `GET /core/agents HTTP/1.1\r\nhost: x\r\ncookie: ${'parley_session=x; '.repeat(3000)}\r\n\r\n`,
]
