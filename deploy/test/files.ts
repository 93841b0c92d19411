// Reads the files of `deploy/`, so that tests can compare them with what the server does.
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { operations } from '@parley/contract'
import { parse, parseAllDocuments } from 'yaml'

export const root = join(import.meta.dirname, '..', '..')
export const deploy = join(root, 'deploy')

export const read = (name: string) => readFileSync(join(deploy, name), 'utf8')
export const version = (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version

/** Paths that answer without a credential. */
export const probes: readonly string[] = [operations.getHealth.path, operations.getReadiness.path]

/** How long a server may take after its drain: its last answers, its connections, its private database. */
export const after_drain_seconds = 10

/** What a server of the defaults, and conversions at their bound, need at most. */
export const server_memory_bytes = 1024 * 1024 * 1024

export interface Instruction {
  name: string
  rest: string
}

/** The instructions of a Containerfile, with continued lines joined. */
export function instructionsOf(text: string): Instruction[] {
  const lines = text
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .join('\n')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
  return lines
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [name = '', ...rest] = line.split(' ')
      return { name, rest: rest.join(' ') }
    })
}

/** Those of the last stage: what the image is. */
export function lastStage(all: readonly Instruction[]): Instruction[] {
  return all.slice(all.findLastIndex(({ name }) => name === 'FROM'))
}

/** `NAME=value …` of ENV instructions. */
export function environmentOf(instructions: readonly Instruction[]): Record<string, string> {
  const words = instructions.filter(({ name }) => name === 'ENV').flatMap(({ rest }) => rest.trim().split(/\s+/))
  return Object.fromEntries(words.map((word) => word.split(/=(.*)/s).slice(0, 2) as [string, string]))
}

/** The lines `NAME=value` of an environment file. */
export function linesOf(text: string): Record<string, string> {
  const lines = text.split('\n').filter((line) => /^\w+=/.test(line))
  return Object.fromEntries(lines.map((line) => line.split(/=(.*)/s).slice(0, 2) as [string, string]))
}

/** The values of each key of a unit, in their order. */
export function unitOf(text: string): Record<string, string[]> {
  const unit: Record<string, string[]> = {}
  for (const [key, value] of text
    .split('\n')
    .filter((line) => /^\w+=/.test(line))
    .map((line) => line.split(/=(.*)/s) as [string, string])) {
    unit[key] = [...(unit[key] ?? []), value]
  }
  return unit
}

export const compose = () => parse(read('compose.yaml'), { merge: true }) as Compose

export interface Service {
  image: string
  environment: Record<string, string>
  env_file?: string[]
  ports?: string[]
  networks: string[]
  volumes: string[]
  read_only?: boolean
  cap_drop?: string[]
  security_opt: string[]
  stop_grace_period?: string
  mem_limit?: string
  healthcheck?: { test: string[] }
  depends_on?: Record<string, { condition: string }>
  restart: string
  tmpfs?: string[]
}

export interface Compose {
  services: Record<'parley' | 'database' | 'proxy', Service>
  networks: Record<string, { internal?: boolean; ipam?: { config: { subnet: string }[] } }>
  volumes: Record<string, null>
}

export interface Resource {
  apiVersion: string
  kind: string
  metadata: { name?: string; namespace?: string; labels?: Record<string, string> }
  // Each kind has its own form, which the schema of Kubernetes checks.
  // eslint-disable-next-line typescript/no-explicit-any
  [field: string]: any
}

export const kubernetes_files = readdirSync(join(deploy, 'kubernetes')).toSorted()

export const resources: Resource[] = kubernetes_files.flatMap((file) =>
  parseAllDocuments(read(`kubernetes/${file}`)).map((document) => document.toJS() as Resource),
)

export function resource(kind: string): Resource {
  const found = resources.filter((one) => one.kind === kind)
  if (found.length !== 1) throw new Error(`there are ${found.length} resources of the kind ${kind}`)
  return found[0]!
}
