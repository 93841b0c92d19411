// `parley org`, `user`, `token` and `key`: what an operator does directly in the database, without a credential.
import { type Role, roles, type Scope, scopes } from '@parley/contract/vocabulary'
import type { AdministrationServices } from '@parley/server'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { printFields, tell } from '../client/output.ts'
import { showKeys, showMembers, showOrganizations, showTokens } from './lists.ts'
import type { Surroundings } from '../surroundings.ts'
import { type Server, loadServer, withDatabase } from './server.ts'

export function addAdministrationCommands(program: Command, around: Surroundings): void {
  addOrganizationCommands(program, around)
  addUserCommands(program, around)
  addTokenCommands(program, around)
  addKeyCommands(program, around)
}

function addOrganizationCommands(program: Command, around: Surroundings): void {
  const org = program.command('org').description('organizations')
  org
    .command('list')
    .description('list all organizations, oldest first')
    .action(() => showOrganizations(around))
  org
    .command('create')
    .description('create an organization with an admin key')
    .requiredOption('--name <name>', 'name of the organization')
    .option('--slug <slug>', 'short name (default: derived from the name)')
    .option('--key <ak_…>', 'the full admin key to install (default: generate and print a new one)')
    .action(async (options: { name: string; slug?: string; key?: string }) => {
      const { organization, secret } = await administrate((server, services) =>
        server.createOrganization(services, options),
      )
      const shown = options.key === undefined ? secret : undefined
      printFields(around, { id: organization.id, slug: organization.slug }, shown)
    })
  addTreeCommands(org, around)
}

function addTreeCommands(org: Command, around: Surroundings): void {
  org
    .command('move')
    .description('move an organization, with all below it, under another one')
    .argument('<organization>', 'slug or id')
    .addOption(new Option('--parent <slug or id>', 'the new parent').conflicts('top'))
    .option('--top', 'no parent any more')
    .action(async (organization: string, { parent, top }: { parent?: string; top?: true }) => {
      if (parent === undefined && !top) throw new InvalidArgumentError('Name the new parent with --parent, or use --top.')
      const moved = await administrate((server, { database }) =>
        server.moveOrganizationTo(database, { organization, parent: parent ?? null }),
      )
      printFields(around, { id: moved.id, parent_id: moved.parent_id ?? 'none' })
    })
  org
    .command('delete')
    .description('delete an organization and everything in it; its slug stays reserved for 30 days')
    .argument('<organization>', 'slug or id')
    .requiredOption('--confirm <slug>', 'the slug once more')
    .action(async (organization: string, { confirm }: { confirm: string }) => {
      const { id } = await administrate(async (server, { database }) => {
        const { slug } = await server.requireOrganization(database, organization)
        if (slug !== confirm) throw new InvalidArgumentError('--confirm must be the slug of the organization.')
        return server.deleteOrganizationNamed(database, organization)
      })
      printFields(around, { id })
    })
}

function addUserCommands(program: Command, around: Surroundings): void {
  const user = program.command('user').description('users')
  user
    .command('list')
    .description('list the members of an organization, newest first')
    .requiredOption('--org <slug or id>', 'organization')
    .action(({ org }: { org: string }) => showMembers(org, around))
  user
    .command('delete')
    .description('remove a user from an organization; their sessions and invitations there end')
    .requiredOption('--email <address>', 'e-mail address of the user')
    .requiredOption('--org <slug or id>', 'organization')
    .action(async ({ org, email }: { org: string; email: string }) => {
      const member = await administrate((server, { database }) =>
        server.deleteUserFrom(database, { email, organization: org }),
      )
      printFields(around, { id: member.user_id })
    })
  user
    .command('create')
    .description('add a user to an organization; creates the user if the e-mail address is new')
    .requiredOption('--email <address>', 'e-mail address of the user')
    .requiredOption('--org <slug or id>', 'organization')
    .addOption(roleOption().makeOptionMandatory())
    .option('--name <name>', 'display name, if the user is new')
    .action(async ({ org, ...options }: { email: string; org: string; role: Role; name?: string }) => {
      const member = await administrate((server, services) =>
        server.createUser(services, { organization: org, ...options }),
      )
      printFields(around, { id: member.user_id, email: member.email, role: member.role })
    })
  user
    .command('set-password')
    .description("set a user's password and end their sessions; prompts for it, or reads standard input")
    .requiredOption('--email <address>', 'e-mail address of the user')
    .action(async ({ email }: { email: string }) => {
      const { readPassword } = await import('../password.ts')
      const password = await readPassword(around)
      const { id } = await administrate((server, services) => server.setUserPassword(services, { email, password }))
      printFields(around, { id })
      tell(around, 'The password was set. All sessions of this user have ended.')
    })
}

function addTokenCommands(program: Command, around: Surroundings): void {
  const token = program.command('token').description('personal access tokens')
  token
    .command('list')
    .description("list a user's personal access tokens, newest first, without their secrets")
    .requiredOption('--user <address>', 'e-mail address of the user')
    .action(({ user }: { user: string }) => showTokens(user, around))
  token
    .command('delete')
    .description('delete a personal access token, which is refused from then on')
    .argument('<key id>', 'as `token list` shows it')
    .requiredOption('--user <address>', 'e-mail address of the user')
    .action(async (key_id: string, { user: email }: { user: string }) => {
      await administrate((server, { database }) => server.deleteTokenOf(database, { key_id, email }))
      printFields(around, { key_id })
    })
  token
    .command('create')
    .description('create a personal access token for a user')
    .requiredOption('--user <address>', 'e-mail address of the user')
    .option('--name <name>', 'purpose of the token')
    .option('--expires-at <time>', 'date, RFC 3339 time or epoch milliseconds (default: never)', parseTime)
    .option('--token <pat_…>', 'the full token to install (default: generate and print a new one)')
    .action(async (options: { user: string; name?: string; expiresAt?: number; token?: string }) => {
      const { user: email, name, expiresAt: expires_at, token } = options
      const request = { email, name, expires_at, token }
      const { credential, secret } = await administrate((server, services) =>
        server.createTokenForUser(services, request),
      )
      printFields(around, { key_id: credential.key_id }, token === undefined ? secret : undefined)
    })
}

function addKeyCommands(program: Command, around: Surroundings): void {
  const key = program.command('key').description('organization API keys')
  key
    .command('list')
    .description('list the API keys of an organization, newest first, without their secrets')
    .requiredOption('--org <slug or id>', 'organization')
    .action(({ org }: { org: string }) => showKeys(org, around))
  key
    .command('delete')
    .description('delete an API key, which is refused from then on')
    .argument('<key id>', 'as `key list` shows it')
    .requiredOption('--org <slug or id>', 'organization')
    .action(async (key_id: string, { org: organization }: { org: string }) => {
      await administrate((server, { database }) => server.deleteKeyOf(database, { key_id, organization }))
      printFields(around, { key_id })
    })
  key
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
        const { credential, secret } = await administrate((server, services) => server.createKey(services, request))
        printFields(around, { key_id: credential.key_id }, options.key === undefined ? secret : undefined)
      },
    )
}

function roleOption(): Option {
  return new Option('--role <role>', 'role of the user or key').choices(roles)
}

async function administrate<T>(work: (server: Server, services: AdministrationServices) => Promise<T>): Promise<T> {
  const server = await loadServer()
  return withDatabase((database) => work(server, { database, ports: server.systemPorts }))
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
