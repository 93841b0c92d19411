// `npm run supply-chain`: what Parley is made of. Writes a CycloneDX bill of materials, checks the licences, and audits production packages.
// Exit code 1: a licence that is not permissive, or a finding of high severity. An audit that the registry does not offer is told, and is
// no failure.
import { execFile } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Audit, readAudit } from './audit.ts'
import { type Bill, type LockFile, completeBill } from './bill.ts'
import { judgeLicences } from './licences.ts'

const root = join(import.meta.dirname, '..', '..')
const most_ms = 120_000

class TookTooLong extends Error {}

const { values } = parseArgs({
  options: {
    sbom: { type: 'string', default: join(root, 'dist', 'parley.cdx.json') },
    // An image that is built again must not depend on a service of the registry.
    audit: { type: 'boolean', default: true },
  },
  allowNegative: true,
})

const lock = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')) as LockFile
const bill = completeBill(JSON.parse(await npm('sbom', '--sbom-format=cyclonedx', '--package-lock-only')) as Bill, lock)
await mkdir(dirname(values.sbom), { recursive: true })
await writeFile(values.sbom, `${JSON.stringify(bill, null, 2)}\n`)
print(`Bill of materials: ${bill.components.length} production packages, in ${values.sbom}`)

const licences = judgeLicences(bill.components)
print(licences.length === 0 ? 'Licences: all permissive' : `Licences that are not permissive:\n${list(licences)}`)

const failing = values.audit ? await tellAudit() : 0
process.exitCode = licences.length + failing === 0 ? 0 : 1

/** Returns the number of findings that must not be delivered. */
async function tellAudit(): Promise<number> {
  const audit = await askRegistry()
  if (audit.outcome === 'not carried out') {
    print(`Audit: NOT CARRIED OUT. ${audit.reason}`)
    return 0
  }
  if (audit.outcome === 'failed') {
    print(`Audit: failed. ${audit.reason}`)
    return 1
  }
  const { findings } = audit
  print(`Audit: ${findings.length} findings, ${audit.failing.length} of high or critical severity`)
  if (findings.length > 0) print(list(findings.map(({ name, severity, title }) => `${severity}: ${name}: ${title}`)))
  return audit.failing.length
}

async function askRegistry(): Promise<Audit> {
  try {
    return readAudit(await npm('audit', '--omit=dev', '--json', '--fetch-timeout=20000', '--fetch-retries=1'))
  } catch (error) {
    if (error instanceof TookTooLong) return { outcome: 'not carried out', reason: error.message }
    throw error
  }
}

/** What it printed; `npm audit` also prints its report when it ends with 1. */
function npm(...args: string[]): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const limits = { maxBuffer: 64 * 1024 * 1024, timeout: most_ms }
  execFile('npm', args, { cwd: root, ...limits }, (error, stdout, stderr) => {
    if (error?.killed) reject(new TookTooLong(`npm ${args[0]} took longer than ${most_ms / 1000} s`))
    else if (stdout === '' && error && args[0] !== 'audit') reject(new Error(`npm ${args.join(' ')}: ${stderr}`))
    else resolve(stdout)
  })
  return promise
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}

function list(lines: readonly string[]): string {
  return lines.map((line) => `  - ${line}`).join('\n')
}
