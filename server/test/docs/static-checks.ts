// Checks shell commands of the guides without running them: whether what they call exists.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { operations } from '@parley/contract'
import { createProgram } from '../../../cli/src/program.ts'
import { readConfig, settings } from '../../src/settings.ts'
import { root } from './markdown.ts'

const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> }
const setting_names = new Set(settings.map(({ name }) => name))
/** Tools of the reader's system. */
const foreign = ['cd', 'git', 'tar', 'pg_dump', 'pg_restore', 'createdb', 'openssl', 'jq', 'docker', 'kubectl']

/** The faults of the commands; empty if none were found. */
export function checkCommands(text: string): string[] {
  return text
    .replaceAll('\\\n', ' ')
    .split(/\n|&&/)
    .map((line) => line.replace(/(^|\s)#.*$/, '').trim())
    .filter((line) => line !== '')
    .flatMap(checkCommand)
}

function checkCommand(line: string): string[] {
  const words = line.match(/(?:[^\s'"]|'[^']*'|"[^"]*")+/g) ?? []
  const count = words.findIndex((word) => !/^[A-Z_]+=/.test(word))
  if (count === -1) return []
  const environment = Object.fromEntries(words.slice(0, count).map((word) => word.split(/=(.*)/s).slice(0, 2)))
  const [command = '', ...rest] = words.slice(count)
  if (command === 'npm') return [...checkScript(rest), ...checkEnvironment(environment)]
  if (command === 'npx') return checkParley(rest)
  if (command === 'curl') return checkCall(rest)
  if (command === 'export') return checkCommand(rest.join(' '))
  return foreign.includes(command) ? checkFiles(rest) : [`not a command of a guide: ${command}`]
}

/** Files for an operator, which the repository has. */
function checkFiles(words: readonly string[]): string[] {
  // The reader's own copy of an example.
  const named = words.filter((word) => word.startsWith('deploy/') && word !== 'deploy/parley.env')
  return named.filter((path) => !existsSync(join(root, path))).map((path) => `no such file: ${path}`)
}

function checkScript([first = '', second = '']: string[]): string[] {
  const script = first === 'run' ? second : first
  return script === 'ci' || script in scripts ? [] : [`no npm script: ${script}`]
}

function checkEnvironment(environment: Record<string, string>): string[] {
  const unknown = Object.keys(environment).filter((name) => !setting_names.has(name))
  const faults = unknown.map((name) => `no such setting: ${name}`)
  try {
    readConfig(Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, unquote(value)])))
  } catch (error) {
    faults.push((error as Error).message)
  }
  return faults
}

function checkParley([program, ...words]: string[]): string[] {
  if (program !== 'parley') return [`not a program of a guide: ${program}`]
  const whole = createProgram()
  let command = whole
  let path = 'parley'
  for (const word of words) {
    if (command.commands.length === 0 || word.startsWith('-')) break
    const next = command.commands.find((one) => one.name() === word)
    path = `${path} ${word}`
    if (next === undefined) return [`no such command: ${path}`]
    command = next
  }
  return words
    .map((word) => /^(--[a-z-]+)/.exec(word)?.[1])
    .filter((flag) => flag !== undefined && flag !== '--help')
    .filter((flag) => ![...command.options, ...whole.options].some((option) => option.long === flag))
    .map((flag) => `no such option: ${path} ${flag}`)
}

function checkCall(words: string[]): string[] {
  const url = words.map(unquote).find((word) => word.startsWith('http://127.0.0.1:8080/'))
  if (url === undefined) return [`no address of this server: ${words.join(' ')}`]
  const at = words.indexOf('-X')
  const method =
    at === -1 ? (words.some((word) => word === '-d' || word === '--data') ? 'POST' : 'GET') : words[at + 1]!
  const path = url.slice('http://127.0.0.1:8080'.length).split('?')[0]!
  const exists = Object.values(operations).some(
    (operation) =>
      operation.method === method && new RegExp(`^${operation.path.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path),
  )
  return exists ? [] : [`no operation: ${method} ${path}`]
}

function unquote(word: string): string {
  return word.replaceAll(/['"]/g, '')
}
