// On the first start, creates an organization with a way to enter it. On every start, installs the credentials in the settings.
import { join } from 'node:path'
import type { Logger } from 'pino'
import { type Config, ConfigError } from '../config/config.ts'
import { type Database, type Executor, acrossOrganizations, statement } from '../database/database.ts'
import type { Ports } from '../base/ports.ts'
import {
  createCredential,
  describeForm,
  type IssuedCredential,
  issueCredential,
  type ParsedCredential,
  parseCredential,
  secretMatches,
} from './rules/credentials.ts'
import { lockInstallation, readPrivateFile, writePrivateFile } from '../sealing/installation.ts'
import { byStart, newValue, tell, tellEach } from './audit.ts'
import * as organizations from './organization-rows.ts'
import * as queries from './queries.ts'

export interface BootstrapServices {
  database: Database
  config: Pick<Config, 'data_dir' | 'bootstrap_key' | 'bootstrap_pat'>
  ports: Pick<Ports, 'newId' | 'randomBytes'>
  log: Pick<Logger, 'info' | 'warn'>
}

export interface Bootstrapped {
  /** The oldest organization. */
  organization: { id: string; name: string; slug: string }
  /** Whether this start created it. */
  created: boolean
  /** The full text of the admin key that this or an earlier start created and nobody has used yet; null if the organization had a way in or the settings have the key. */
  admin_key: string | null
  /** The file to which this start wrote the admin key. */
  key_file: string | null
}

const key_file_name = 'admin-key'
const first_key_name = 'First admin key'

/**
 * All or nothing, and on one node at a time. The key's file is written before the commit, so that no key exists that no one
 * knows; if a start is killed before its commit, the next start uses its file.
 */
export async function bootstrap(services: BootstrapServices): Promise<Bootstrapped> {
  const { database, config, ports, log } = services
  const { organization, ...outcome } = await database.transaction(async (tx) => {
    await lockInstallation(tx)
    const existing = await organizations.findFirstOrganization(tx)
    const organization = existing ?? (await insertFirstOrganization(tx, ports))
    const way_in = await provideWayIn(tx, organization.id, !existing, services)
    if (config.bootstrap_pat !== undefined) await installToken(tx, organization.id, config.bootstrap_pat, ports)
    return { organization, created: !existing, ...way_in }
  })
  if (outcome.created) log.info({ organization_id: organization.id }, 'created the first organization')
  return { organization: { id: organization.id, name: organization.name, slug: organization.slug }, ...outcome }
}

async function insertFirstOrganization(
  tx: Executor,
  ports: Pick<Ports, 'newId'>,
): Promise<organizations.OrganizationRecord> {
  const id = ports.newId()
  const organization = await organizations.insertOrganization(tx, {
    id,
    name: 'My organization',
    slug: 'my-organization',
  })
  if (!organization) throw new Error('another process created an organization at the same time; start again')
  await tell(tx, ports, id, byStart({ type: 'organization', id, name: organization.name }))
  return organization
}

type WayIn = Pick<Bootstrapped, 'admin_key' | 'key_file'>

async function provideWayIn(
  tx: Executor,
  organization_id: string,
  created: boolean,
  services: BootstrapServices,
): Promise<WayIn> {
  const { bootstrap_key, data_dir } = services.config
  const key_file = join(data_dir, key_file_name)
  if (bootstrap_key !== undefined) {
    await installKey(tx, organization_id, bootstrap_key, services.ports)
    const is_kept = created && (await keepCopy(services, bootstrap_key))
    return { admin_key: null, key_file: is_kept ? key_file : null }
  }
  if (!created && !(await isOutOfReach(tx, organization_id))) {
    const unused = await readUnusedKey(tx, organization_id, data_dir)
    return { admin_key: unused, key_file: unused === null ? null : key_file }
  }
  // Only the file of a start that was killed counts: a key that was installed and then deleted does not come back.
  const key = (created && (await readKeptKey(data_dir))) || (await writeNewKey(services))
  await insertAdminKey(tx, organization_id, key, first_key_name, services.ports)
  return { admin_key: key.text, key_file }
}

const findWayInStatement = statement(
  'find_way_in',
  `select organization_id from credentials where organization_id = $1
   union all select organization_id from members where organization_id = $1 limit 1`,
)

/** Whether no one can enter the organization, because it has neither a key nor a member. */
async function isOutOfReach(tx: Executor, organization_id: string): Promise<boolean> {
  return (await tx.query(findWayInStatement, [organization_id])).length === 0
}

/** Reads the key from the file of an earlier start. */
async function readKeptKey(data_dir: string): Promise<IssuedCredential | null> {
  const key = parseCredential((await readPrivateFile(data_dir, key_file_name)) ?? '')
  return key?.kind === 'organization_key' ? issueCredential(key) : null
}

const unusedStatement = statement(
  'find_unused_admin_key',
  `select secret_hash from credentials
   where organization_id = $1 and key_id = $2 and user_id is null and name = $3 and last_used_at is null`,
)

/**
 * The first key, while nobody has used it: the start that created it may have failed before it was shown. The name excludes a copy of
 * PARLEY_BOOTSTRAP_KEY, which the operator knows.
 */
async function readUnusedKey(tx: Executor, organization_id: string, data_dir: string): Promise<string | null> {
  // A node may have no such folder, or not be allowed to read it.
  const text = await readPrivateFile(data_dir, key_file_name).catch(() => null)
  const key = parseCredential(text ?? '')
  if (key?.kind !== 'organization_key') return null
  const [row] = await tx.query<{ secret_hash: Buffer }>(unusedStatement, [organization_id, key.key_id, first_key_name])
  return row && secretMatches(key.secret, row.secret_hash) ? text : null
}

async function writeNewKey({ config, ports }: BootstrapServices): Promise<IssuedCredential> {
  const key = createCredential('organization_key', ports.randomBytes)
  await writePrivateFile(config.data_dir, key_file_name, key.text)
  return key
}

/** Only for convenience: the operator who set the key knows it, and a node may have no folder to write to. */
async function keepCopy({ config, log }: BootstrapServices, text: string): Promise<boolean> {
  try {
    if ((await readPrivateFile(config.data_dir, key_file_name)) !== null) return false
    await writePrivateFile(config.data_dir, key_file_name, text)
    return true
  } catch (error) {
    log.warn({ err: error }, 'could not copy the admin key from the settings to the data folder')
    return false
  }
}

async function insertAdminKey(
  tx: Executor,
  organization_id: string,
  key: IssuedCredential,
  name: string,
  ports: Pick<Ports, 'newId'>,
) {
  const { key_id, secret_hash } = key
  const power = { role: 'admin', scopes: null, agent_ids: null, expires_at: null } as const
  const record = await queries.insertOrganizationKey(tx, organization_id, { key_id, secret_hash, name, ...power })
  if (!record) throw idTaken('PARLEY_BOOTSTRAP_KEY', key_id)
  const target = { type: 'organization_key', id: key_id, name } as const
  await tell(tx, ports, organization_id, byStart(target, [newValue('role', 'admin')]))
}

async function installKey(
  tx: Executor,
  organization_id: string,
  text: string,
  ports: Pick<Ports, 'newId'>,
): Promise<void> {
  const key = requireForm(text, 'organization_key', 'PARLEY_BOOTSTRAP_KEY')
  if (await isInstalled(tx, key, 'PARLEY_BOOTSTRAP_KEY')) return
  await insertAdminKey(tx, organization_id, issueCredential(key), 'PARLEY_BOOTSTRAP_KEY', ports)
}

async function installToken(
  tx: Executor,
  organization_id: string,
  text: string,
  ports: Pick<Ports, 'newId'>,
): Promise<void> {
  const token = requireForm(text, 'personal_access_token', 'PARLEY_BOOTSTRAP_PAT')
  if (await isInstalled(tx, token, 'PARLEY_BOOTSTRAP_PAT')) return
  const user_id = (await findFirstAdmin(tx, organization_id)) ?? (await insertFirstAdmin(tx, organization_id, ports))
  const { key_id, secret_hash } = issueCredential(token)
  const record = await queries.insertToken(tx, user_id, {
    minted_by_session: null,
    key_id,
    secret_hash,
    name: 'PARLEY_BOOTSTRAP_PAT',
    expires_at: null,
  })
  if (!record) throw idTaken('PARLEY_BOOTSTRAP_PAT', key_id)
  await tellEach(tx, ports, user_id, byStart({ type: 'personal_access_token', id: key_id, name: record.name }))
}

function requireForm(text: string, kind: ParsedCredential['kind'], setting: string): ParsedCredential {
  const credential = parseCredential(text)
  if (credential?.kind !== kind) throw new ConfigError([`${setting} ${describeForm(kind)}`])
  return credential
}

/** Whether the credential already exists. One with the same id but a different secret stops the start. */
async function isInstalled(tx: Executor, credential: ParsedCredential, setting: string): Promise<boolean> {
  const found = await findCredential(tx, credential)
  if (found && !secretMatches(credential.secret, found.secret_hash)) throw idTaken(setting, credential.key_id)
  return found !== undefined
}

const findCredentialStatement = acrossOrganizations(
  'ids are unique across all owners',
  'find_installed_credential',
  'select secret_hash from credentials where key_id = $1 and (user_id is null) = $2',
)

async function findCredential(tx: Executor, { key_id, kind }: ParsedCredential) {
  const values = [key_id, kind === 'organization_key']
  const [credential] = await tx.query<{ secret_hash: Buffer }>(findCredentialStatement, values)
  return credential
}

function idTaken(setting: string, key_id: string): ConfigError {
  const what = `${setting} has the id "${key_id}", but a credential with this id and a different secret exists`
  return new ConfigError([`${what}: choose another id, or delete that credential`])
}

const findAdminStatement = statement(
  'find_first_admin',
  `select user_id from members where organization_id = $1 and role = 'admin' order by created_at, user_id limit 1`,
)

async function findFirstAdmin(tx: Executor, organization_id: string): Promise<string | undefined> {
  const [admin] = await tx.query<{ user_id: string }>(findAdminStatement, [organization_id])
  return admin?.user_id
}

const insertAdminStatement = statement(
  'insert_first_admin',
  `insert into members (organization_id, user_id, role) values ($1, $2, 'admin')
   on conflict (organization_id, user_id) do update set role = 'admin'`,
)

/** A user with this address may already be a viewer, and becomes an admin. */
async function insertFirstAdmin(tx: Executor, organization_id: string, ports: Pick<Ports, 'newId'>): Promise<string> {
  const user = await queries.findOrInsertUser(tx, { id: ports.newId(), email: 'admin@localhost', name: null })
  await tx.query(insertAdminStatement, [organization_id, user.id])
  return user.id
}
