// A fetch that validates every error response against the contract. Redirects are returned like any other response.
import { ErrorBody } from '@parley/contract'
import { expect } from 'vitest'
import { createAjv } from '../../src/base/validation.ts'

const ajv = createAjv()
const isErrorBody = ajv.compile(ErrorBody)

export function createJudgingFetch(send: typeof fetch = fetch): typeof fetch {
  return async (address, init) => {
    const response = await send(address, { ...init, redirect: 'manual' })
    if (response.status < 400) return response
    const body = (await response.clone().json()) as { request_id: string }
    expect(isErrorBody(body), `${JSON.stringify(body)} ${ajv.errorsText(isErrorBody.errors)}`).toBe(true)
    expect(body.request_id).toBe(response.headers.get('x-request-id'))
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8')
    return response
  }
}
