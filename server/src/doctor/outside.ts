// Looks at what the server reaches and how it is reached: the default model, the public address and its certificate.
import { connect } from 'node:tls'
import type { Config } from '../config/config.ts'
import { systemPorts } from '../base/ports.ts'
import { DEMO_PROVIDER, collectAnswer, createModelCatalog } from '../models/models.ts'
import { countsNothing } from '../usage/usage.ts'
import { type Finding, fail, messageOf, ok, warn } from './finding.ts'

const patience_ms = 20_000

export async function examineModel({ default_model, providers }: Config): Promise<Finding> {
  const { clock, random } = systemPorts
  await using catalog = createModelCatalog(providers, { clock, random, retries: 0 })
  const ref = catalog.parse(default_model)
  if (ref?.provider === DEMO_PROVIDER)
    return warn(
      'model',
      `${default_model} is not a language model`,
      'Set OPENAI_API_KEY, ANTHROPIC_API_KEY or another provider.',
    )
  if (ref === null)
    return fail('model', `${default_model} is not a model`, 'Set PARLEY_DEFAULT_MODEL to provider/model.')
  const asked_at = performance.now()
  const request = {
    system: '',
    messages: [{ role: 'user' as const, text: 'Say: yes' }],
    tools: [],
    max_output_tokens: 64,
  }
  await collectAnswer(catalog.resolve(ref).stream(request, AbortSignal.timeout(patience_ms), countsNothing))
  return ok('model', `${default_model} answered in ${((performance.now() - asked_at) / 1000).toFixed(1)} s`)
}

/** What `fetch` throws says why only in its cause. */
async function reach(address: string): Promise<Response> {
  try {
    return await fetch(address, { signal: AbortSignal.timeout(patience_ms) })
  } catch (error) {
    const { cause } = error as { cause?: unknown }
    throw new Error(`${address} is not reached: ${messageOf(cause ?? error)}`, { cause: error })
  }
}

export async function examineAddress(public_url: string | undefined): Promise<Finding> {
  if (public_url === undefined)
    return warn(
      'address',
      'PARLEY_PUBLIC_URL is not set',
      'Set it to the address under which browsers reach the server.',
    )
  const response = await reach(`${public_url}/healthz`)
  if (!response.ok)
    return fail('address', `${public_url} answers ${response.status}`, 'Let the proxy pass requests on to the server.')
  return ok('address', `${public_url} is reached`)
}

const day_ms = 86_400_000
const enough_days = 14

/** Null if the address has none. */
export async function examineCertificate(public_url: string | undefined): Promise<Finding | null> {
  if (!public_url?.startsWith('https:')) return null
  const { hostname, port } = new URL(public_url)
  const until = await new Promise<string>((resolve, reject) => {
    const socket = connect(
      { host: hostname, port: Number(port || 443), servername: hostname, timeout: patience_ms },
      () => {
        resolve(socket.getPeerCertificate().valid_to)
        socket.destroy()
      },
    )
    socket.on('error', reject)
    socket.on('timeout', () => socket.destroy(new Error('the server did not answer in time')))
  })
  const days = Math.floor((Date.parse(until) - Date.now()) / day_ms)
  const message = `it is valid for ${days} days`
  return days >= enough_days ? ok('certificate', message) : warn('certificate', message, 'Renew it.')
}
