import { createHmac } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import { describe, expect, test } from 'vitest'
import { type HookRequest, checkSignature } from './hook-signature.ts'
import type { ResolvedSignature } from './resolve-trigger.ts'

const now = Date.parse('2026-05-01T12:00:00Z')
const seconds = String(now / 1000)
const key = Buffer.from('a key of thirty-two bytes, exact')
const payload = '{"id":"evt_1","event_id":"Ev1","text":"ä"}'

const sign = (text: string, secret: string | Buffer, algorithm = 'sha256', encoding: 'hex' | 'base64' = 'hex') =>
  createHmac(algorithm, secret).update(text).digest(encoding)

interface Case {
  scheme: ResolvedSignature
  secret: string
  headers: Record<string, string>
  id: string | null
  /** The header with the signed time, if there is one. */
  sign?: (time: string) => Record<string, string>
}

const standard = (time: string, id = 'msg_1', body = payload) => ({
  'webhook-id': id,
  'webhook-timestamp': time,
  'webhook-signature': `v1,${sign(`${id}.${time}.${body}`, key, 'sha256', 'base64')}`,
})
const stripe = (time: string) => ({ 'stripe-signature': `t=${time},v1=${sign(`${time}.${payload}`, 'sk')}` })
const slack = (time: string) => ({
  'x-slack-request-timestamp': time,
  'x-slack-signature': `v0=${sign(`v0:${time}:${payload}`, 'sl')}`,
})

const cases: Record<string, Case> = {
  'Standard Webhooks': {
    scheme: { type: 'standard_webhooks', secret: 'A' },
    secret: `whsec_${key.toString('base64')}`,
    headers: standard(seconds),
    id: 'msg_1',
    sign: standard,
  },
  GitHub: {
    scheme: { type: 'github', secret: 'A' },
    secret: 'gh',
    headers: { 'x-hub-signature-256': `sha256=${sign(payload, 'gh')}`, 'x-github-delivery': 'd1' },
    id: 'd1',
  },
  Stripe: {
    scheme: { type: 'stripe', secret: 'A' },
    secret: 'sk',
    headers: stripe(seconds),
    id: 'evt_1',
    sign: stripe,
  },
  Slack: { scheme: { type: 'slack', secret: 'A' }, secret: 'sl', headers: slack(seconds), id: 'Ev1', sign: slack },
  HMAC: {
    scheme: { type: 'hmac', secret: 'A', header: 'x-sign', algorithm: 'sha512', encoding: 'base64', prefix: 'v1:' },
    secret: 'hm',
    headers: { 'x-sign': `v1:${sign(payload, 'hm', 'sha512', 'base64')}` },
    id: null,
  },
}

const request = (headers: Record<string, string>, body = payload): HookRequest => ({
  header: (name) => headers[name] ?? null,
  body: Buffer.from(body),
})

describe.each(Object.entries(cases))('%s', (_name, { scheme, secret, headers, id, sign: signAt }) => {
  const check = (sent: Record<string, string>, body?: string, with_secret = secret) =>
    checkSignature(scheme, with_secret, request(sent, body), now)

  test('a signed request, with its id', () => expect(check(headers)).toEqual({ id }))
  test('another body', () => expect(check(headers, `${payload} `)).toBeNull())
  test('another secret', () => expect(check(headers, payload, `${secret.slice(0, -5)}aaaa=`)).toBeNull())
  test('no secret', () => expect(check(headers, payload, '')).toBeNull())

  test('without any of its headers', () => {
    for (const name of Object.keys(headers)) {
      const { [name]: _left, ...others } = headers
      expect(check(others)).toEqual(name === 'x-github-delivery' ? { id: null } : null)
    }
  })

  test('texts that are no signature', () => {
    const name = Object.keys(headers).find((each) => each.includes('sign'))!
    for (const text of ['', 'x', 'sha256=', 'v1,', 'v0=', 't=,v1=', headers[name]!.slice(0, -4), 'v1,'.repeat(1000)]) {
      expect(check({ ...headers, [name]: text })).toBeNull()
    }
  })

  test('a signed time is at most five minutes off', () => {
    if (!signAt) return
    const at = (offset: number) => check(signAt(String(now / 1000 + offset)))
    expect([at(-300), at(300)]).toEqual([{ id }, { id }])
    expect([at(-301), at(301)]).toEqual([null, null])
    expect([check(signAt('soon')), check(signAt('')), check(signAt('1e9'))]).toEqual([null, null, null])
  })
})

test('Standard Webhooks are signed as its own library does', () => {
  const secret = `whsec_${key.toString('base64')}`
  const signature = new Webhook(secret).sign('msg_2', new Date(now), payload)
  const headers = {
    'webhook-id': 'msg_2',
    'webhook-timestamp': seconds,
    'webhook-signature': `v1,AAAA v2,x ${signature}`,
  }
  const scheme = { type: 'standard_webhooks', secret: 'A' } as const
  expect(checkSignature(scheme, secret, request(headers), now)).toEqual({ id: 'msg_2' })
})

test('an empty secret signs nothing, and a prefix is of its scheme', () => {
  const github = { type: 'github', secret: 'A' } as const
  const check = (secret: string, prefix: string) =>
    checkSignature(github, secret, request({ 'x-hub-signature-256': prefix + sign(payload, secret) }), now)
  expect(check('gh', 'sha256=')).toEqual({ id: null })
  expect(check('', 'sha256=')).toBeNull()
  expect(check('gh', 'sha512=')).toBeNull()
})

test('a secret without a key signs nothing', () => {
  const signature = sign(`msg_1.${seconds}.${payload}`, '', 'sha256', 'base64')
  const headers = { ...standard(seconds), 'webhook-signature': `v1,${signature}` }
  expect(checkSignature({ type: 'standard_webhooks', secret: 'A' }, 'whsec_', request(headers), now)).toBeNull()
})

test('an id is a text of a signed JSON body, and not endless', () => {
  const idOf = (body: string) => {
    const headers = { 'stripe-signature': `t=${seconds},v1=${sign(`${seconds}.${body}`, 'sk')}` }
    return checkSignature({ type: 'stripe', secret: 'A' }, 'sk', request(headers, body), now)
  }
  expect(idOf('{"id":"evt"}')).toEqual({ id: 'evt' })
  for (const body of ['', 'x', '[]', '{"id":5}', '{"id":""}', `{"id":"${'x'.repeat(501)}"}`]) {
    expect(idOf(body)).toEqual({ id: null })
  }
})
