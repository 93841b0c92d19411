import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { readAudit } from './audit.ts'
import { type Bill, type LockFile, completeBill, productionOf } from './bill.ts'
import { isPermissive, judgeLicences, licenceOf, read_by_hand } from './licences.ts'

const root = join(import.meta.dirname, '..', '..')

describe('licences', () => {
  test.each([
    ['MIT', true],
    ['(MIT OR GPL-3.0-or-later)', true],
    ['GPL-3.0-or-later OR MIT', true],
    ['MIT AND Zlib', true],
    ['MIT AND GPL-3.0-only', false],
    ['GPL-3.0-only', false],
    ['MIT AND (GPL-3.0-only OR BSD-3-Clause)', true],
    ['MIT AND (GPL-3.0-only OR LGPL-3.0-only)', false],
    ['MIT OR GPL-3.0-only AND AGPL-3.0-only', true],
    ['GPL-3.0-only AND MIT OR SSPL-1.0', false],
    ['GPL-2.0-only WITH Classpath-exception-2.0', false],
    ['(MIT', false],
    ['MIT ISC', false],
    ['MIT)', false],
    ['UNLICENSED', false],
    ['SEE LICENSE IN file', false],
    ['', false],
  ])('%s: %s', (expression, expected) => {
    expect(isPermissive(expression)).toBe(expected)
  })

  test('a package is told with what it says, or that it says nothing', () => {
    const components = [
      { name: 'good', version: '1.0.0', licenses: [{ license: { id: 'ISC' } }] },
      { name: 'copyleft', version: '2.0.0', licenses: [{ license: { id: 'AGPL-3.0-only' } }] },
      { name: 'two', version: '3.0.0', licenses: [{ license: { id: 'MIT' } }, { license: { name: 'Own terms' } }] },
      { name: 'silent', version: '4.0.0' },
    ]
    expect(judgeLicences(components)).toEqual([
      'copyleft@2.0.0: AGPL-3.0-only',
      'two@3.0.0: (MIT) AND (Own terms)',
      'silent@4.0.0: no licence that is known',
    ])
  })
})

describe('the audit', () => {
  const finding = (severity: string) => ({ severity, via: [{ title: 'Something' }, 'another'] })

  test('fails by a finding of high severity in production, and tells the others', () => {
    const report = { vulnerabilities: { a: finding('moderate'), b: finding('high'), c: finding('critical') } }
    const audit = readAudit(JSON.stringify(report))
    expect(audit).toMatchObject({
      outcome: 'judged',
      findings: [{ name: 'a', severity: 'moderate', title: 'Something; by another' }, {}, {}],
      failing: [{ name: 'b' }, { name: 'c' }],
    })
  })

  test('without findings is a result', () => {
    expect(readAudit('{"vulnerabilities":{}}')).toEqual({ outcome: 'judged', findings: [], failing: [] })
  })

  test.each([
    ['{"message":"405 Method Not Allowed","statusCode":405,"error":{"summary":""}}', '405 Method Not Allowed'],
    ['{"message":"request failed, reason: connect ECONNREFUSED"}', 'request failed, reason: connect ECONNREFUSED'],
    ['{"error":{"code":"ENOAUDIT","summary":"No audit here"}}', 'No audit here'],
    ['{"error":{"code":"ENOTFOUND","summary":""}}', 'ENOTFOUND'],
  ])('that a registry does not offer is told, and never taken for a clean one: %s', (text, reason) => {
    expect(readAudit(text)).toEqual({ outcome: 'not carried out', reason })
  })

  test.each([
    ['{"error":{"code":"ENOLOCK","summary":"This command requires an existing lockfile."}}', 'lockfile'],
    ['', 'no report'],
    ['null', 'no report'],
    ['not JSON', 'no report'],
    ['{}', 'no reason'],
  ])('that npm could not begin is a failure: %s', (text, reason) => {
    expect(readAudit(text)).toEqual({ outcome: 'failed', reason: expect.stringContaining(reason) })
  })
})

describe('the bill of materials', () => {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as LockFile
  let bill: Bill
  beforeAll(() => {
    const printed = execFileSync('npm', ['sbom', '--sbom-format=cyclonedx', '--package-lock-only'], {
      cwd: root,
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    })
    bill = completeBill(JSON.parse(printed), lock)
  }, 60_000)

  test('is CycloneDX, of the product, with what production installs and nothing else', () => {
    expect(bill).toMatchObject({
      bomFormat: 'CycloneDX',
      metadata: { component: { name: 'parley', type: 'application' } },
    })
    const billed = bill.components.map((part) => part['bom-ref'])
    expect(billed.toSorted()).toEqual([...productionOf(lock)].toSorted())
    const dependencies = (folder: string) =>
      Object.keys(JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')).dependencies)
    const named = new Set(bill.components.map(({ name }) => name))
    for (const name of ['server', 'cli', 'contract'].flatMap(dependencies)) expect(named).toContain(name)
    for (const name of ['vitest', 'typescript', 'oxlint', 'dclint']) expect(named).not.toContain(name)
  })

  test('knows each package that another one depends on', () => {
    const refs = new Set([bill.metadata.component, ...bill.components].map((part) => part['bom-ref']))
    const unknown = bill.dependencies
      .flatMap(({ ref, dependsOn = [] }) => [ref, ...dependsOn])
      .filter((ref) => !refs.has(ref))
    expect(unknown).toEqual([])
  })

  test('names a permissive licence for each', () => {
    expect(judgeLicences(bill.components)).toEqual([])
    expect(bill.components.filter(({ licenses }) => !licenses)).toEqual([])
  })

  test.each(Object.keys(read_by_hand))('%s still needs to be read by hand, and its file says that licence', (name) => {
    const folder = join(root, 'node_modules', name)
    expect(licenceOf({ name })).toBe(read_by_hand[name])
    expect(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).license).toBe('BSD')
    const text = readFileSync(join(folder, 'LICENSE'), 'utf8')
    expect(text).toContain('Redistribution and use in source and binary forms')
    expect(text).not.toContain('Neither the name')
  })
})
