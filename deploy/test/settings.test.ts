// Every setting that the files of `deploy/` name is one, with a value that the server takes; and the examples do not start as they stand.
import { describe, expect, test } from 'vitest'
import { ConfigError } from '../../server/src/config/config.ts'
import { readConfig } from '../../server/src/settings.ts'
import { compose, environmentOf, instructionsOf, lastStage, linesOf, read, resource, unitOf } from './files.ts'

const secrets = {
  PARLEY_SECRET_KEY: 'a'.repeat(64),
  PARLEY_BOOTSTRAP_KEY: `ak_admin.${'a'.repeat(40)}`,
  DATABASE_URL: 'postgresql://parley:secret@database:5432/parley',
}

const image = environmentOf(lastStage(instructionsOf(read('Containerfile'))))
const example = linesOf(read('parley.env.example'))
const unit = Object.fromEntries(
  unitOf(read('parley.service'))['Environment']!.flatMap((line) =>
    line.split(' ').map((word) => word.split(/=(.*)/s).slice(0, 2) as [string, string]),
  ),
)
const { environment } = compose().services.parley
const of_compose = { ...environment, DATABASE_URL: environment['DATABASE_URL']!.replace(/\$\{[^}]*\}/, 'secret') }
const of_cluster = { ...resource('ConfigMap')['data'], ...resource('Secret')['stringData'] } as Record<string, string>

const places: [string, Record<string, string>][] = [
  ['the image', image],
  ['compose.yaml with parley.env', { ...image, ...example, ...of_compose }],
  ['parley.service with parley.env', { ...unit, ...example }],
  ['kubernetes/', { ...image, ...of_cluster }],
]

describe.each(places)('%s', (_name, settings) => {
  test('names settings that exist, with values that are taken', () => {
    const given = Object.entries(secrets).filter(([name]) => name in settings)
    const config = readConfig({ ...settings, ...Object.fromEntries(given) })
    // Names that are no setting are warnings.
    expect(config.warnings).toEqual([])
    expect(config.port).toBe(8080)
  })
})

test.each([
  ['parley.env.example', example],
  ['secret.example.yaml', of_cluster],
])('%s as it stands stops the start, and says what to fill in', (_name, settings) => {
  const faultsOf = () => {
    try {
      readConfig(settings)
      return []
    } catch (error) {
      return (error as ConfigError).faults
    }
  }
  for (const name of Object.keys(secrets).filter((one) => settings[one] === 'replace-me')) {
    expect(
      faultsOf().some((fault) => fault.startsWith(name)),
      name,
    ).toBe(true)
  }
  expect(faultsOf().join('\n')).toContain('PARLEY_SECRET_KEY')
})

test('servers in a container or a cluster listen for others, and keep their files where there is a volume', () => {
  expect(image).toMatchObject({ HOST: '0.0.0.0', PORT: '8080', PARLEY_DATA_DIR: '/data', PARLEY_LOG_FORMAT: 'json' })
  expect(unit['HOST']).toBeUndefined()
})
