// A random tree of organizations with people and keys, and what a test knows of it by itself: who is below whom, who is a member of what.
import { type Role, roles } from '@parley/contract'
import { createKey } from '../../src/access/administration.ts'
import { systemPorts } from '../../src/base/ports.ts'
import type { Random } from '../kill/random.ts'
import { makeUser } from '../support/actors.ts'
import type { TestServer } from '../support/server.ts'

export interface Caller {
  token: string
  /** Null: a key of `home`. */
  user_id: string | null
  home: string | null
}

const most_levels = 8

/** What should be true, computed from parents alone. */
export class KnownTree {
  readonly parents = new Map<string, string | null>()
  readonly members = new Map<string, Map<string, Role>>()
  readonly invitations = new Map<string, Set<string>>()
  readonly agents = new Map<string, string>()
  readonly suspended = new Set<string>()
  readonly unwilling = new Set<string>()

  get ids(): string[] {
    return [...this.parents.keys()]
  }

  add(id: string, parent_id: string | null): void {
    this.parents.set(id, parent_id)
    this.members.set(id, new Map())
    this.invitations.set(id, new Set())
  }

  /** From its parent up. */
  above(id: string): string[] {
    const found: string[] = []
    for (let at = this.parents.get(id) ?? null; at !== null; at = this.parents.get(at) ?? null) found.push(at)
    return found
  }

  isBelow(id: string, top: string): boolean {
    return this.above(id).includes(top)
  }

  below(top: string): string[] {
    return this.ids.filter((id) => this.isBelow(id, top))
  }

  isRefused(id: string): boolean {
    return [id, ...this.above(id)].some((one) => this.suspended.has(one))
  }

  roleOf({ user_id, home }: Caller, at: string): Role | undefined {
    return user_id === null ? (home === at ? 'admin' : undefined) : this.members.get(at)!.get(user_id)
  }
}

export interface World {
  server: TestServer
  random: Random
  tree: KnownTree
  callers: Caller[]
}

/** Some of the topmost ones, and then each below one that exists. */
export async function growTree(server: TestServer, random: Random, size: number): Promise<World> {
  const tree = new KnownTree()
  for (let place = 0; place < size; place += 1) {
    const open = tree.ids.filter((id) => tree.above(id).length < most_levels)
    const parent_id = place < 3 ? null : random.pick(random.happens(0.4) ? open.slice(-10) : open)
    await addOrganization({ server, random, tree }, parent_id, place)
  }
  const callers: Caller[] = []
  const parents = tree.ids.filter((id) => tree.below(id).length > 0)
  for (let place = 0; place < 12 + size / 25; place += 1) {
    if (place % 3 === 0) {
      const home = random.pick(parents)
      const administration = { database: server.database, ports: systemPorts }
      callers.push({ token: (await createKey(administration, { organization: home })).secret, user_id: null, home })
    } else callers.push(await addPerson({ server, random, tree }, parents))
  }
  return { server, random, tree, callers }
}

type Growing = Pick<World, 'server' | 'random' | 'tree'>

async function addOrganization({ server, random, tree }: Growing, parent_id: string | null, place: number) {
  const [id, agent_id, user_id] = [systemPorts.newId(), systemPorts.newId(), systemPorts.newId()]
  const { pool } = server.database
  const settings = random.happens(0.1) ? { partner_access: 'none' } : {}
  const slug = `o${place}-${id.slice(-8)}`
  await pool.query('insert into organizations (id, name, slug, parent_id, settings) values ($1, $2, $2, $3, $4)', [
    ...[id, slug, parent_id, settings],
  ])
  await pool.query(
    `with u as (insert into users (id, email) values ($1::uuid, $1::uuid || '@example.test')),
       a as (insert into agents (id, organization_id, name, active, is_demo, metadata) values ($3, $2::uuid, $2::uuid::text, true, false, '{}'))
     insert into members (organization_id, user_id, role) select $2::uuid, $1::uuid, 'viewer'`,
    [user_id, id, agent_id],
  )
  tree.add(id, parent_id)
  tree.agents.set(id, agent_id)
  tree.members.get(id)!.set(user_id, 'viewer')
  if ('partner_access' in settings) tree.unwilling.add(id)
}

/** With roles in one to three organizations. */
async function addPerson({ server, random, tree }: Growing, parents: string[]): Promise<Caller> {
  const [first, ...others] = random.shuffle(parents).slice(0, random.between(1, 3))
  const { user_id, token } = await makeUser(server, first!)
  tree.members.get(first!)!.set(user_id, 'admin')
  for (const id of others) {
    const role = random.happens(0.6) ? 'admin' : random.pick(roles)
    await server.database.pool.query('insert into members (organization_id, user_id, role) values ($1, $2, $3)', [
      ...[id, user_id, role],
    ])
    tree.members.get(id)!.set(user_id, role)
  }
  return { token, user_id, home: null }
}

/** As an operator does it: often one of `watched_ids`. */
export async function moveOne({ server, random, tree }: World, watched_ids: readonly string[]): Promise<void> {
  const id = random.pick(watched_ids.length > 0 && random.happens(0.6) ? watched_ids : tree.ids)
  const levels = Math.max(0, ...tree.below(id).map((one) => tree.above(one).length - tree.above(id).length))
  const places = tree.ids.filter(
    (one) => one !== id && !tree.isBelow(one, id) && tree.above(one).length + 1 + levels <= most_levels,
  )
  const parent_id = random.happens(0.1) ? null : random.pick(places)
  await server.database.pool.query('update organizations set parent_id = $2 where id = $1', [id, parent_id])
  tree.parents.set(id, parent_id)
}

/** At most one is suspended, with those below it. */
export async function resumeOthers({ server, random, tree }: World): Promise<void> {
  const parents = random.happens(0.5) ? tree.ids.filter((id) => tree.below(id).length > 0) : []
  tree.suspended.clear()
  if (parents.length > 0) tree.suspended.add(random.pick(parents))
  await server.database.pool.query(
    `update organizations set status = case when id = any($1::uuid[]) then 'suspended' else 'active' end
     where (status = 'suspended') <> (id = any($1::uuid[]))`,
    [[...tree.suspended]],
  )
}

const watched = {
  organizations: ['id', true],
  members: ['organization_id', true],
  invitations: ['organization_id', true],
  ended_invitations: ['organization_id', true],
  partner_views: ['organization_id', true],
  organization_events: ['organization_id', true],
  agents: ['organization_id', true],
  audit_entries: ['organization_id', `outcome <> 'refused'`],
}

/** Of every row that concerns an organization, except for some of them. */
export async function fingerprint(server: TestServer, except: readonly string[]): Promise<object> {
  // Events get their numbers later.
  const row = `(to_jsonb(t) - 'number')::text`
  const parts = Object.entries(watched).map(
    ([table, [column, also]]) =>
      `(select md5(coalesce(string_agg(${row}, ',' order by ${row}), '')) from ${table} t where ${column} <> all($1::uuid[]) and ${also}) as ${table}`,
  )
  return (await server.database.pool.query(`select ${parts.join(', ')}`, [except])).rows[0] as object
}

/** Where a refused call is told of, which is written a while after it. */
export async function toldOfRefusals(server: TestServer): Promise<string[]> {
  const { rows } = await server.database.pool.query<{ id: string }>(
    `select distinct organization_id as id from audit_entries where outcome = 'refused'`,
  )
  return rows.map(({ id }) => id)
}
