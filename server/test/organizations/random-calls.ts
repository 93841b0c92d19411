// Random calls of the partner console and in views, each with what a test expects of it: refused, or done to organizations below alone.
import { type Role, roles } from '@parley/contract'
import type { Client } from '@parley/sdk'
import { expect } from 'vitest'
import type { Caller, World } from './random-tree.ts'

export interface View {
  id: string
  token: string
  home: string
  target: string
  user_id: string
  has_ended: boolean
}

export interface Given extends World {
  views: View[]
  caller: Caller
  home: string
  target: string
}

export interface Case {
  name: string
  home: string
  /** Status and code; null: it is done. */
  refusal: readonly [number, string] | null
  /** Changes what is known if it is done, and judges the answer. */
  run(): Promise<void>
}

type Act = (given: Given) => { refusal?: Case['refusal']; run(): Promise<void> }

const outside = [404, 'not_found'] as const
const refused = [403, 'forbidden'] as const
const suspended = [403, 'organization_suspended'] as const

const clientOf = ({ server, caller: { token, user_id }, home }: Given): Client =>
  server.as(user_id === null ? { token } : { token, organization_id: home })

const isWithin = ({ tree, home, target }: Given) => tree.parents.has(target) && tree.isBelow(target, home)
const isWithinOrOwn = (given: Given) => given.target === given.home || isWithin(given)
const known = (ids: readonly { id: string }[]) => ids.map(({ id }) => id).toSorted()

/** On members of an organization below, who are there or not. */
function pickMember({ random, tree, target }: Given): string {
  const there = [...(tree.members.get(target)?.keys() ?? [])]
  if (there.length > 0 && random.happens(0.8)) return random.pick(there)
  return random.pick([...tree.members.get(random.pick(tree.ids))!.keys(), crypto.randomUUID()])
}

function isLastAdmin({ tree, target }: Given, user_id: string): boolean {
  const members = tree.members.get(target)!
  return members.get(user_id) === 'admin' && [...members.values()].filter((role) => role === 'admin').length === 1
}

function refusalOfMember(given: Given, user_id: string, role: Role | null): Case['refusal'] {
  if (!isWithin(given) || !given.tree.members.get(given.target)!.has(user_id)) return outside
  return role !== 'admin' && isLastAdmin(given, user_id) ? [409, 'last_admin'] : null
}

const acts: Record<string, Act> = {
  children: (given) => ({
    refusal: isWithinOrOwn(given) ? null : outside,
    async run() {
      const { data } = await clientOf(given).listChildOrganizations({ parent_id: given.target, limit: 100 })
      const { tree } = given
      const expected = tree.ids.filter((id) => tree.parents.get(id) === given.target)
      if (expected.length <= 100) expect(known(data)).toEqual(expected.toSorted())
    },
  }),
  search: (given) => ({
    async run() {
      const { data } = await clientOf(given).searchChildOrganizations({ q: given.target, limit: 100 })
      expect(known(data)).toEqual(isWithin(given) ? [given.target] : [])
      const some = await clientOf(given).searchChildOrganizations({ q: given.target.slice(-2), limit: 100 })
      for (const { id, breadcrumb } of some.data) {
        expect(given.tree.isBelow(id, given.home)).toBe(true)
        const path = given.tree.above(id).toReversed()
        expect(breadcrumb.map((one) => one.id)).toEqual(path.slice(path.indexOf(given.home)))
      }
    },
  }),
  create: (given) => ({
    refusal: isWithinOrOwn(given) ? refusalOfPlace(given) : outside,
    async run() {
      const { tree, target, caller } = given
      const { id } = await clientOf(given).createChildOrganization({ name: 'New', parent_id: target })
      tree.add(id, target)
      if (caller.user_id !== null) tree.members.get(id)!.set(caller.user_id, 'admin')
    },
  }),
  read: (given) => ({
    refusal: isWithin(given) ? null : outside,
    async run() {
      const { tree, home, target: organization_id } = given
      const { depth, parent_id } = await clientOf(given).getChildOrganization({ organization_id })
      expect([depth, parent_id]).toEqual([
        tree.above(organization_id).indexOf(home) + 1,
        tree.parents.get(organization_id),
      ])
    },
  }),
  update: (given) => ({
    refusal: isWithin(given) ? null : outside,
    async run() {
      const { random, tree, target: organization_id } = given
      const status = random.happens(0.7) ? 'active' : 'suspended'
      await clientOf(given).updateChildOrganization({ organization_id, name: `Renamed ${random.next()}`, status })
      if (status === 'active') tree.suspended.delete(organization_id)
      else tree.suspended.add(organization_id)
    },
  }),
  members: (given) => ({
    refusal: isWithin(given) ? null : outside,
    async run() {
      const { tree, target: organization_id } = given
      const { data } = await clientOf(given).listChildMembers({ organization_id, limit: 100 })
      expect(new Map(data.map(({ user_id, role }) => [user_id, role]))).toEqual(tree.members.get(organization_id))
    },
  }),
  demote: (given) => {
    const [user_id, role] = [pickMember(given), given.random.pick(roles)]
    return {
      refusal: refusalOfMember(given, user_id, role),
      async run() {
        await clientOf(given).updateChildMember({ organization_id: given.target, user_id, role })
        given.tree.members.get(given.target)!.set(user_id, role)
      },
    }
  },
  remove: (given) => {
    const user_id = pickMember(given)
    return {
      refusal: refusalOfMember(given, user_id, null),
      async run() {
        await clientOf(given).deleteChildMember({ organization_id: given.target, user_id })
        given.tree.members.get(given.target)!.delete(user_id)
      },
    }
  },
  invitations: (given) => ({
    refusal: isWithin(given) ? null : outside,
    async run() {
      const { tree, target: organization_id } = given
      const { data } = await clientOf(given).listChildInvitations({ organization_id, limit: 100 })
      for (const { invitation_id } of data) expect(tree.invitations.get(organization_id)).toContain(invitation_id)
    },
  }),
  invite: (given) => ({
    refusal: isWithin(given) ? null : outside,
    async run() {
      const email = `${crypto.randomUUID()}@example.test`
      const wish = { organization_id: given.target, email, role: given.random.pick(roles) }
      const { invitation_id } = await clientOf(given).createChildInvitation(wish)
      given.tree.invitations.get(given.target)!.add(invitation_id)
    },
  }),
  usage: (given) => ({
    refusal: isWithinOrOwn(given) ? null : given.target.length < 36 ? [422, 'validation_failed'] : outside,
    async run() {
      const { tree, target, random } = given
      const subtree = random.happens(0.7)
      const { organizations } = await clientOf(given).getPartnerUsage({ organization_id: target, subtree })
      const found = organizations.map(({ organization_id }) => organization_id).toSorted()
      expect(found).toEqual([target, ...(subtree ? tree.below(target) : [])].toSorted())
    },
  }),
  view: (given) => ({
    refusal: given.caller.user_id === null ? refused : isWithin(given) ? refusalOfView(given) : outside,
    async run() {
      const { home, target, views, caller } = given
      const wish = { organization_id: target, reason: 'To look', minutes: 60 }
      const { id, token } = await clientOf(given).startView(wish)
      views.push({ id, token, home, target, user_id: caller.user_id!, has_ended: false })
    },
  }),
  stop: (given) => {
    const { random, views, home } = given
    const own = views.filter((view) => !view.has_ended && [view.home, view.target].includes(home))
    const some = own.length > 0 && random.happens(0.7) ? own : views
    const view = some.length > 0 ? random.pick(some) : undefined
    const isOwn = view !== undefined && own.includes(view)
    return {
      refusal: isOwn ? null : outside,
      async run() {
        await clientOf(given).stopView({ view_id: view?.id ?? crypto.randomUUID() })
        view!.has_ended = true
      },
    }
  },
}

function refusalOfPlace({ tree, target }: Given): Case['refusal'] {
  if (tree.isRefused(target)) return suspended
  return tree.above(target).length + 1 > 8 ? [409, 'too_many_levels'] : null
}

function refusalOfView({ tree, target, home, views }: Given): Case['refusal'] {
  if (tree.isRefused(target)) return suspended
  if (tree.unwilling.has(target)) return [403, 'view_refused']
  const open = views.filter((view) => view.home === home && !view.has_ended)
  return open.length >= 20 ? [409, 'too_many_views'] : null
}

export const names = [...Object.keys(acts), 'look']

export function makeCase(name: string, given: Given): Case {
  if (name === 'look') return makeLook(given)
  const { tree, caller, home } = given
  const act = acts[name]!(given)
  const role = tree.roleOf(caller, home)
  const atTheDoor = role === undefined ? ([401, 'unauthorized'] as const) : tree.isRefused(home) ? suspended : null
  const byRole = role === 'admin' ? null : refused
  return { name, home, refusal: atTheDoor ?? byRole ?? act.refusal ?? null, run: act.run }
}

/** With the token of a view: its organization is read, another one is not, and nothing is changed. */
function makeLook({ server, random, tree, views, target }: Given): Case {
  const view = random.pick(views)
  const { home, token } = view
  const client = server.as({ token })
  const isOver =
    view.has_ended || !tree.isBelow(view.target, home) || tree.members.get(home)!.get(view.user_id) !== 'admin'
  const isRefused = tree.isRefused(view.target) || tree.isRefused(home)
  const atTheDoor = isOver ? ([401, 'unauthorized'] as const) : isRefused ? suspended : null
  const readable = [
    async () => {
      const { data } = await client.listAgents()
      expect(data.map(({ name }) => name)).toEqual(tree.agents.has(view.target) ? [view.target] : [])
    },
    async () => {
      const { data } = await client.listMembers({ limit: 100 })
      expect(new Map(data.map((one) => [one.user_id, one.role]))).toEqual(tree.members.get(view.target))
    },
  ]
  const kind = random.between(0, 2)
  if (kind === 0) return { name: 'look', home, refusal: atTheDoor, run: random.pick(readable) }
  if (kind === 1) {
    const of = tree.agents.has(target) ? target : random.pick([...tree.agents.keys()])
    const run = async () => void (await client.getAgent({ agent_id: tree.agents.get(of)! }))
    return { name: 'look', home, refusal: atTheDoor ?? (of === view.target ? null : outside), run }
  }
  const forbidden = [
    () => client.createAgent({ name: 'A' }),
    () => client.updateChildOrganization({ organization_id: view.target, name: 'Taken' }),
    () => client.listChildOrganizations(),
    () => client.createInvitation({ email: 'someone@example.test', role: 'admin' }),
  ]
  const run = async () => void (await random.pick(forbidden)())
  return { name: 'look', home, refusal: atTheDoor ?? [403, 'view_only'], run }
}
