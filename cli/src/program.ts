// The commands, their options and their output: a new secret is alone on the last line of standard output.
import { type Role, roles, type Scope, scopes } from '@parley/contract'
import {
  type AdministrationServices,
  createKey,
  createOrganization,
  createTokenForUser,
  createUser,
  migrate,
  readConfig,
  rotateSecretKey,
  serve,
  setUserPassword,
  systemPorts,
} from '@parley/server'
import { Command, InvalidArgumentError, Option } from 'commander'
import { addAgentCommands } from './agents/commands.ts'
import { addKnowledgeCommands } from './knowledge/commands.ts'
import { addBlobCommands } from './blobs.ts'
import { withDatabase } from './database.ts'
import { readPassword } from './password.ts'
import { type Surroundings, processSurroundings } from './surroundings.ts'

export function createProgram(around: Surroundings = processSurroundings()): Command {
  const program = new Command('parley')
    .description('Conversations between people and AI agents, on your own server.')
    .showHelpAfterError('(use --help for more information)')
    // Subcommands inherit this: main.ts handles errors and ends the process.
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void around.stdout.write(text),
      writeErr: (text) => void around.stderr.write(text),
    })
  program
    .command('serve')
    .description('run the server until it receives SIGINT or SIGTERM')
    .action(async () => {
      around.exit_code = await serve()
    })
  program
    .command('migrate')
    .description('apply pending database migrations')
    .action(async () => {
      await withDatabase(migrate)
      around.stderr.write('The database is up to date.\n')
    })
  addOrganizationCommands(program, around)
  addUserCommands(program, around)
  addTokenCommands(program, around)
  addKeyCommands(program, around)
  addSecretKeyCommands(program, around)
  addBlobCommands(program, around)
  addAgentCommands(program, around)
  addKnowledgeCommands(program, around)
  return program
}

function addOrganizationCommands(program: Command, around: Surroundings): void {
  program
    .command('org')
    .description('organizations')
    .command('create')
    .description('create an organization with an admin key')
    .requiredOption('--name <name>', 'name of the organization')
    .option('--slug <slug>', 'short name (default: derived from the name)')
    .option('--key <ak_…>', 'the full admin key to install (default: generate and print a new one)')
    .action(async (options: { name: string; slug?: string; key?: string }) => {
      const { organization, secret } = await administrate((services) => createOrganization(services, options))
      printFields(around, { id: organization.id, slug: organization.slug })
      if (options.key === undefined) printSecret(around, secret)
    })
}

function addUserCommands(program: Command, around: Surroundings): void {
  const user = program.command('user').description('users')
  user
    .command('create')
    .description('add a user to an organization; creates the user if the e-mail address is new')
    .requiredOption('--email <address>', 'e-mail address of the user')
    .requiredOption('--org <slug or id>', 'organization')
    .addOption(roleOption().makeOptionMandatory())
    .option('--name <name>', 'display name, if the user is new')
    .action(async ({ org, ...options }: { email: string; org: string; role: Role; name?: string }) => {
      const member = await administrate((services) => createUser(services, { organization: org, ...options }))
      printFields(around, { id: member.user_id, email: member.email, role: member.role })
    })
  user
    .command('set-password')
    .description("set a user's password and end their sessions; prompts for it, or reads standard input")
    .requiredOption('--email <address>', 'e-mail address of the user')
    .action(async ({ email }: { email: string }) => {
      const password = await readPassword(around)
      const { id } = await administrate((services) => setUserPassword(services, { email, password }))
      printFields(around, { id })
      around.stderr.write('The password was set. All sessions of this user have ended.\n')
    })
}

function addTokenCommands(program: Command, around: Surroundings): void {
  program
    .command('token')
    .description('personal access tokens')
    .command('create')
    .description('create a personal access token for a user')
    .requiredOption('--user <address>', 'e-mail address of the user')
    .option('--name <name>', 'purpose of the token')
    .option('--expires-at <time>', 'date, RFC 3339 time or epoch milliseconds (default: never)', parseTime)
    .option('--token <pat_…>', 'the full token to install (default: generate and print a new one)')
    .action(async (options: { user: string; name?: string; expiresAt?: number; token?: string }) => {
      const { user: email, name, expiresAt: expires_at, token } = options
      const request = { email, name, expires_at, token }
      const { credential, secret } = await administrate((services) => createTokenForUser(services, request))
      printFields(around, { key_id: credential.key_id })
      if (token === undefined) printSecret(around, secret)
    })
}

function addKeyCommands(program: Command, around: Surroundings): void {
  program
    .command('key')
    .description('organization API keys')
    .command('create')
    .description('create an API key for an organization')
    .requiredOption('--org <slug or id>', 'organization')
    .option('--name <name>', 'purpose of the key')
    .addOption(roleOption().conflicts('scopes'))
    .option('--scopes <list>', 'comma-separated scopes, instead of a role', parseScopes)
    .option('--key <ak_…>', 'the full key to install (default: generate and print a new one)')
    .action(
      async ({ org, ...options }: { org: string; name?: string; role?: Role; scopes?: Scope[]; key?: string }) => {
        const request = { organization: org, ...options }
        const { credential, secret } = await administrate((services) => createKey(services, request))
        printFields(around, { key_id: credential.key_id })
        if (options.key === undefined) printSecret(around, secret)
      },
    )
}

function addSecretKeyCommands(program: Command, around: Surroundings): void {
  program
    .command('secret-key')
    .description("the installation's secret key")
    .command('rotate')
    .description(
      'replace the secret key: with PARLEY_SECRET_KEY_NEXT, or with a new one if the key is kept in the data folder',
    )
    .action(async () => {
      const config = readConfig()
      const rotation = await withDatabase((database) => rotateSecretKey({ database, config, ports: systemPorts }))
      printFields(around, Object.fromEntries(Object.entries(rotation).map(([name, count]) => [name, String(count)])))
      around.stderr.write(`${restart_advice}\n`)
    })
}

const restart_advice =
  'The secret key was replaced. Running servers stop by themselves; start them again. All conversation tokens are now invalid.'

function roleOption(): Option {
  return new Option('--role <role>', 'role of the user or key').choices(roles)
}

function administrate<T>(work: (services: AdministrationServices) => Promise<T>): Promise<T> {
  return withDatabase((database) => work({ database, ports: systemPorts }))
}

function parseScopes(list: string): Scope[] {
  return list.split(',').map((text) => {
    const scope = scopes.find((known) => known === text.trim())
    if (!scope) throw new InvalidArgumentError(`"${text.trim()}" is not a scope. Use one of: ${scopes.join(', ')}.`)
    return scope
  })
}

function parseTime(text: string): number {
  const time = /^\d+$/.test(text) ? Number(text) : /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : NaN
  if (Number.isNaN(time))
    throw new InvalidArgumentError('Use a format such as 2027-01-31, 2027-01-31T12:00:00Z or 1801396800000.')
  return time
}

function printFields({ stdout }: Surroundings, fields: Record<string, string>): void {
  for (const [name, value] of Object.entries(fields)) stdout.write(`${name}: ${value}\n`)
}

function printSecret({ stdout, stderr }: Surroundings, secret: string): void {
  stderr.write('This secret is shown only once:\n')
  stdout.write(`${secret}\n`)
}
