import { describe, expect, test } from 'vitest'
import { allowsWidget } from './csp.ts'

const page = new URL('https://shop.example/help')
const script = new URL('https://parley.example/public/embed/0190b000-0000-7000-8000-000000000000')
const allows = (policies: string[], nonce: string | null = null) => allowsWidget(policies, { page, script, nonce })

describe('a policy that lets the widget work', () => {
  test.each([
    '',
    "script-src 'self' https://parley.example; frame-src https://parley.example",
    'default-src https://parley.example',
    "default-src 'none'; script-src *.example; frame-src https:",
    "default-src 'self'; script-src https://parley.example/public/embed/; frame-src parley.example:443",
    'script-src-elem https:; script-src none.example; child-src *',
    "img-src 'none'",
    'SCRIPT-SRC https://PARLEY.example; frame-src http://parley.example',
  ])('%s', (policy) => expect(allows([policy])).toBe(true))

  test('a nonce of the element counts, also with strict-dynamic', () => {
    const policy = "script-src 'nonce-abc' 'strict-dynamic'; frame-src *"
    expect([allows([policy], 'abc'), allows([policy], 'abd'), allows([policy])]).toEqual([true, false, false])
  })
})

describe('a policy that does not', () => {
  test.each([
    "script-src 'self'",
    "default-src 'self'",
    "script-src https://parley.example; frame-src 'none'",
    "script-src https://parley.example; frame-src 'self'",
    "script-src 'strict-dynamic' https://parley.example",
    'script-src https://parley.example:8443',
    'script-src https://parley.example/other/',
    'script-src https://evilparley.example *.parley.example',
    'sandbox allow-forms',
    'script-src; frame-src *',
  ])('%s', (policy) => expect(allows([policy])).toBe(false))

  test('every policy counts, whether of its own header or after a comma', () => {
    expect(allows(['default-src *', "script-src 'self'"])).toBe(false)
    expect(allows(["img-src 'none', script-src 'self'"])).toBe(false)
  })
})
