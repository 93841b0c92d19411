import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { verifyIdentity } from '../../../../server/src/web-widgets/rules/identity.ts'
import { type SampleLanguage, identitySamples, sampleLanguages } from './identity-samples.ts'

const run = promisify(execFile)
const secret = 'widk_ä_secret'
const user = { id: 'user-17', name: 'Zoë “Z” Müller', email: 'zoe@example.com' }

/** What runs a sample, and what a server would add to it. */
const programs: Record<SampleLanguage, { command: string; file: string; call: string }> = {
  node: { command: process.execPath, file: 'sample.mjs', call: `console.log(signVisitor(${JSON.stringify(user)}))` },
  python: { command: 'python3', file: 'sample.py', call: `print(sign_visitor(${JSON.stringify(user)}))` },
  php: {
    command: 'php',
    file: 'sample.php',
    call: `echo sign_visitor(json_decode('${JSON.stringify(user)}', true));`,
  },
  ruby: {
    command: 'ruby',
    file: 'sample.rb',
    call: `puts sign_visitor(JSON.parse('${JSON.stringify(user)}', symbolize_names: true))`,
  },
}

const isThere = (command: string) =>
  run(command, ['--version']).then(
    () => true,
    () => false,
  )

/** Node runs these tests; the others where they are installed. */
test.for(sampleLanguages)('what the sample in %s signs is accepted', async (language, { skip }) => {
  const { command, file, call } = programs[language]
  if (language !== 'node' && !(await isThere(command))) skip(`${command} is not installed`)
  const folder = await mkdtemp(join(tmpdir(), 'parley-sample-'))
  try {
    const path = join(folder, file)
    await writeFile(path, `${identitySamples[language]}\n${call}\n`)
    const { stdout } = await run(command, [path], { env: { ...process.env, PARLEY_IDENTITY_SECRET: secret } })
    const verified = await verifyIdentity(
      { token: stdout.trim() },
      { keys: [{ key_id: 'k', secret }], allow_hmac: false, now_ms: Date.now() },
    )
    expect(verified).toMatchObject({ user_id: user.id, profile: { name: user.name, email: user.email } })
  } finally {
    await rm(folder, { recursive: true })
  }
})
