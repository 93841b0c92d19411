// The text printed when the server has started: its address, the credentials, the model, and a command to try.
import type { App } from './app.ts'
import type { Config } from './config/config.ts'
import { isForDevelopment } from './http/server.ts'

type Started = Pick<App, 'url' | 'bootstrapped' | 'sample_agent_id'>

export function renderBanner({ url, bootstrapped, sample_agent_id }: Started, config: Config): string {
  const { admin_key, key_file, organization } = bootstrapped
  const lines = [
    '',
    `  Parley is ready at ${url}`,
    '',
    `  Console         ${url}/`,
    `  Documentation   ${url}/docs/`,
    ...(isForDevelopment(config) ? [`  Widget demo     ${url}/widget-demo`] : []),
    `  Model           ${describeModel(config)}`,
    `  Organization    ${organization.name} (${organization.id})`,
    ...describeKey(admin_key, key_file),
    ...(sample_agent_id ? [`  Sample agent    ${sample_agent_id}`] : []),
    '',
    ...describeTrial(url, admin_key, key_file, sample_agent_id),
  ]
  return `${lines.join('\n')}\n`
}

function describeModel({ default_model, providers }: Config): string {
  if (!default_model.startsWith('demo/')) return default_model
  const hint = providers.openai?.base_url
    ? 'set PARLEY_DEFAULT_MODEL, for example to openai/llama3.2, to use the server at OPENAI_BASE_URL'
    : 'set OPENAI_API_KEY, ANTHROPIC_API_KEY or another provider for a real one'
  return `${default_model}, which is not a language model (${hint})`
}

function describeKey(admin_key: string | null, key_file: string | null): string[] {
  if (admin_key === null) return []
  return [
    `  Admin key       ${admin_key}`,
    ...(key_file ? [`                  shown until it is used; also in ${key_file}`] : []),
  ]
}

function describeTrial(
  url: string,
  admin_key: string | null,
  key_file: string | null,
  agent_id: string | null,
): string[] {
  if (admin_key === null || agent_id === null) return []
  const bearer = key_file ? `$(cat '${key_file.replaceAll("'", "'\\''")}')` : admin_key
  return [
    '  Try it:',
    `  curl -s ${url}/core/conversations -H "Authorization: Bearer ${bearer}" -H 'Content-Type: application/json' \\`,
    `    -d '{"channel":"text","user_id":"me","agent_id":"${agent_id}"}'`,
    '',
  ]
}
