// deploy/Containerfile: what it is made of, and who runs in it. `npm run test:deploy` carries its commands out.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { validate } from 'dockerfile-utils'
import { describe, expect, test } from 'vitest'
import { readPages } from '../../site/src/pages.ts'
import { type Instruction, instructionsOf, lastStage, probes, read, root } from './files.ts'

const all = instructionsOf(read('Containerfile'))
const image = lastStage(all)
const valuesOf = (name: string, within: readonly Instruction[] = image) =>
  within.filter((one) => one.name === name).map(({ rest }) => rest)

test('a linter of Dockerfiles finds nothing', () => {
  expect(validate(read('Containerfile')).map(({ range, message }) => `${range.start.line + 1}: ${message}`)).toEqual([])
})

describe('the image', () => {
  test('runs as a user other than root, by number, with the data folder as the only place of its own', () => {
    expect(valuesOf('USER')).toEqual(['10001:10001'])
    expect(valuesOf('VOLUME')).toEqual(['/data'])
    expect(valuesOf('RUN').join()).toContain('useradd --uid 10001')
    // What runs after `USER` could not be carried out by another user.
    expect(image.findIndex(({ name }) => name === 'USER')).toBeGreaterThan(
      image.findLastIndex(({ name }) => name === 'RUN'),
    )
  })

  test('starts the server itself, so that it gets the signal', () => {
    expect(valuesOf('CMD')).toEqual(['["node", "server/src/main.js"]'])
    expect(valuesOf('ENTRYPOINT')).toEqual([])
    expect(valuesOf('STOPSIGNAL')).toEqual(['SIGTERM'])
    expect(existsSync(join(root, 'server/src/main.js'))).toBe(true)
  })

  test('has a health check that asks a path which exists', () => {
    const [check = ''] = valuesOf('HEALTHCHECK')
    const [, command] = /CMD (\[.*\])$/.exec(check)!
    const [program, file = ''] = JSON.parse(command!) as string[]
    expect(program).toBe('node')
    expect(existsSync(join(root, file))).toBe(true)
    const [, path] = /\[path = '([^']*)'\]/.exec(readFileSync(join(root, file), 'utf8'))!
    expect(probes).toContain(path)
  })

  test('is made on the major version of Node that Parley needs', () => {
    const { engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { engines: { node: string } }
    const [, major] = /^BASE=node:(\d+)-/.exec(valuesOf('ARG', all)[0]!)!
    expect(engines.node).toBe(`>=${major}`)
  })
})

describe('.dockerignore', () => {
  const lines = readFileSync(join(root, '.dockerignore'), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))

  test('leaves everything out but what it names, so that no key of this machine gets into an image', () => {
    expect(lines[0]).toBe('*')
    const kept = lines.filter((line) => line.startsWith('!')).map((line) => line.slice(1))
    expect(kept.filter((path) => !existsSync(join(root, path)))).toEqual([])
    expect(kept.filter((path) => /^(data|\.git|\.env|node_modules)/.test(path))).toEqual([])
    for (const left of ['**/node_modules', '**/data', '**/.env*']) {
      expect(lines.indexOf(left)).toBeGreaterThan(lines.findLastIndex((line) => line.startsWith('!')))
    }
  })

  test('keeps what the pages are made of', () => {
    const files = readPages().map(({ file }) => file)
    const lost = files.filter((file) => !lines.includes(`!${file.split('/')[0]}`))
    expect(lost).toEqual([])
  })

  test('keeps every workspace', () => {
    const { workspaces } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { workspaces: string[] }
    expect(workspaces.filter((name) => !lines.includes(`!${name}`))).toEqual([])
  })
})
