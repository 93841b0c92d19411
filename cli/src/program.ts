// The commands, their options, and what they print: a new secret is alone on the last line of standard output.
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
import { withDatabase } from './database.ts'
import { readPassword } from './password.ts'
import { type Surroundings, processSurroundings } from './surroundings.ts'

export function createProgram(around: Surroundings = processSurroundings()): Command {
  const program = new Command('parley')
    .description('Conversations between people and AI agents, on your own server.')
    .showHelpAfterError('(--help tells more)')
    // For the subcommands too, which inherit it: errors are for main.ts to end the process with.
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void around.stdout.write(text),
      writeErr: (text) => void around.stderr.write(text),
    })
  program
    .command('serve')
    .description('run the server until a signal ends it')
    .action(async () => {
      around.exit_code = await serve()
    })
  program
    .command('migrate')
    .description('bring the database up to date')
    .action(async () => {
      await withDatabase(migrate)
      around.stderr.write('The database is up to date.\n')
    })
  addOrganizationCommands(program, around)
  addUserCommands(program, around)
  addTokenCommands(program, around)
  addKeyCommands(program, around)
  addSecretKeyCommands(program, around)
  addAgentCommands(program, around)
  return program
}

function addOrganizationCommands(program: Command, around: Surroundings): void {
  program
    .command('org')
    .description('organizations')
    .command('create')
    .description('make an organization with an admin key')
    .requiredOption('--name <name>', 'its name')
    .option('--slug <slug>', 'its short name (default: made of the name)')
    .option('--key <ak_…>', 'the full admin key (default: a new one, which is printed)')
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
    .description('make a user, known by an e-mail address, a member of an organization')
    .requiredOption('--email <address>', 'the e-mail address')
    .requiredOption('--org <slug or id>', 'the organization')
    .addOption(roleOption().makeOptionMandatory())
    .option('--name <name>', 'the name, for a user who is new')
    .action(async ({ org, ...options }: { email: string; org: string; role: Role; name?: string }) => {
      const member = await administrate((services) => createUser(services, { organization: org, ...options }))
      printFields(around, { id: member.user_id, email: member.email, role: member.role })
    })
  user
    .command('set-password')
    .description("choose a user's password, and end his sessions; it is asked for, or read from standard input")
    .requiredOption('--email <address>', 'the e-mail address')
    .action(async ({ email }: { email: string }) => {
      const password = await readPassword(around)
      const { id } = await administrate((services) => setUserPassword(services, { email, password }))
      printFields(around, { id })
      around.stderr.write('The password is set, and his sessions have ended.\n')
    })
}

function addTokenCommands(program: Command, around: Surroundings): void {
  program
    .command('token')
    .description('personal access tokens')
    .command('create')
    .description('make a personal access token for a user')
    .requiredOption('--user <address>', "the user's e-mail address")
    .option('--name <name>', 'what it is for')
    .option('--expires-at <time>', 'a date, an RFC 3339 time or epoch milliseconds (default: never)', parseTime)
    .action(async (options: { user: string; name?: string; expiresAt?: number }) => {
      const { user: email, name, expiresAt: expires_at } = options
      const request = { email, name, expires_at }
      const { credential, secret } = await administrate((services) => createTokenForUser(services, request))
      printFields(around, { key_id: credential.key_id })
      printSecret(around, secret)
    })
}

function addKeyCommands(program: Command, around: Surroundings): void {
  program
    .command('key')
    .description('organization API keys')
    .command('create')
    .description('make an API key of an organization')
    .requiredOption('--org <slug or id>', 'the organization')
    .option('--name <name>', 'what it is for')
    .addOption(roleOption().conflicts('scopes'))
    .option('--scopes <list>', 'scopes with commas between, in place of a role', parseScopes)
    .action(async ({ org, ...options }: { org: string; name?: string; role?: Role; scopes?: Scope[] }) => {
      const request = { organization: org, ...options }
      const { credential, secret } = await administrate((services) => createKey(services, request))
      printFields(around, { key_id: credential.key_id })
      printSecret(around, secret)
    })
}

function addSecretKeyCommands(program: Command, around: Surroundings): void {
  program
    .command('secret-key')
    .description("the installation's secret key")
    .command('rotate')
    .description(
      'change to the key in PARLEY_SECRET_KEY_NEXT or, where it is kept in the data folder, to a new one there',
    )
    .action(async () => {
      const config = readConfig()
      const rotation = await withDatabase((database) => rotateSecretKey({ database, config, ports: systemPorts }))
      printFields(around, Object.fromEntries(Object.entries(rotation).map(([name, count]) => [name, String(count)])))
      around.stderr.write(`${restart_advice}\n`)
    })
}

const restart_advice =
  'The secret key was replaced. Start every server again: those that run end by themselves. Conversation tokens have ended.'

function roleOption(): Option {
  return new Option('--role <role>', 'what he or it may do').choices(roles)
}

function administrate<T>(work: (services: AdministrationServices) => Promise<T>): Promise<T> {
  return withDatabase((database) => work({ database, ports: systemPorts }))
}

function parseScopes(list: string): Scope[] {
  return list.split(',').map((text) => {
    const scope = scopes.find((known) => known === text.trim())
    if (!scope) throw new InvalidArgumentError(`"${text.trim()}" is no scope; there are: ${scopes.join(', ')}.`)
    return scope
  })
}

function parseTime(text: string): number {
  const time = /^\d+$/.test(text) ? Number(text) : /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : NaN
  if (Number.isNaN(time))
    throw new InvalidArgumentError('It must be like 2027-01-31, 2027-01-31T12:00:00Z or 1801396800000.')
  return time
}

function printFields({ stdout }: Surroundings, fields: Record<string, string>): void {
  for (const [name, value] of Object.entries(fields)) stdout.write(`${name}: ${value}\n`)
}

function printSecret({ stdout, stderr }: Surroundings, secret: string): void {
  stderr.write('This secret is shown only now:\n')
  stdout.write(`${secret}\n`)
}
