// deploy/compose.yaml: what reaches what, which rights each has, and that a stop is long enough.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { DCLinter } from 'dclint'
import { describe, expect, test } from 'vitest'
import { after_drain_seconds, compose, deploy, probes, read, server_memory_bytes, version } from './files.ts'

/** Matters of taste; and two of intent: the image is built if it is missing, and the proxy is for everybody. */
const left_out = [
  'service-keys-order',
  'services-alphabetical-order',
  'require-quotes-in-ports',
  'no-build-and-image',
  'no-unbound-port-interfaces',
]

const { services, networks, volumes } = compose()
const { parley, database, proxy } = services
const seconds = (text: string | undefined) => Number(/^(\d+)s$/.exec(text ?? '')![1])

test('a linter of compose files finds nothing, by the schema of the format', () => {
  const linter = new DCLinter({
    rules: Object.fromEntries(left_out.map((rule) => [rule, 0])),
    quiet: false,
    debug: false,
    exclude: [],
  })
  const found: { messages: { line: number; message: string }[] }[] = linter.lintFiles(
    [join(deploy, 'compose.yaml')],
    false,
  )
  expect(found.flatMap(({ messages }) => messages.map(({ line, message }) => `${line}: ${message}`))).toEqual([])
})

describe('Parley', () => {
  test('has no rights but those of an ordinary process, and writes to its volume alone', () => {
    expect(parley).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      volumes: ['data:/data'],
      restart: 'unless-stopped',
    })
  })

  test('is reached through the proxy only, whose network is the one that it trusts', () => {
    expect([parley.ports, database.ports]).toEqual([undefined, undefined])
    expect(proxy.networks).toEqual(['edge'])
    expect(parley.networks).toContain('edge')
    expect(database.networks).toEqual(['inside'])
    expect(networks['inside']!.internal).toBe(true)
    expect(parley.environment['PARLEY_TRUSTED_PROXIES']).toBe(networks['edge']!.ipam!.config[0]!.subnet)
  })

  test('has longer to stop than its drain takes', () => {
    const drain = Number(parley.environment['PARLEY_DRAIN_SECONDS'])
    expect(seconds(parley.stop_grace_period)).toBeGreaterThanOrEqual(drain + after_drain_seconds)
  })

  test('has memory for itself and the conversions that it may carry out at once', () => {
    const [, gigabytes] = /^(\d+)g$/.exec(parley.mem_limit!)!
    expect(Number(gigabytes) * 2 ** 30).toBeGreaterThanOrEqual(server_memory_bytes + 2 * 805_306_368)
  })

  test('is asked whether it serves before the proxy starts', () => {
    const [kind, program, file = '', path] = parley.healthcheck!.test
    expect([kind, program]).toEqual(['CMD', 'node'])
    expect(existsSync(join(deploy, '..', file))).toBe(true)
    expect(probes).toContain(path)
    expect(proxy.depends_on).toEqual({ parley: { condition: 'service_healthy' } })
    expect(parley.depends_on).toEqual({ database: { condition: 'service_healthy' } })
  })

  test('is of this version', () => {
    expect(parley.image).toBe(`\${PARLEY_IMAGE:-parley:${version}}`)
  })
})

test('files and volumes that services name exist', () => {
  const named = Object.values(services).flatMap((service) => service.volumes.map((volume) => volume.split(':')[0]!))
  for (const name of named) {
    expect(name.startsWith('./') ? existsSync(join(deploy, name)) : name in volumes, name).toBe(true)
  }
})

test('the proxy passes requests to the port on which Parley listens', () => {
  expect(read('Caddyfile')).toContain('reverse_proxy parley:8080')
  // It closes unused connections before Parley does, or a request could meet a connection that is being closed.
  const [, keepalive] = /keepalive (\d+)s/.exec(read('Caddyfile'))!
  expect(Number(keepalive)).toBeLessThan(75)
})
