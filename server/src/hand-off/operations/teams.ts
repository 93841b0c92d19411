// The operations on teams.
import { type Input, handOffBounds } from '@parley/contract'
import { AppError, type FieldFault, invalid, notFound } from '../../base/errors.ts'
import { readRevisions } from '../../base/if-match.ts'
import { canonicalJson } from '../../base/json.ts'
import { isUuid } from '../../base/ports.ts'
import type { Handler } from '../../calls/context.ts'
import { cutPage, decodeTimeCursor, default_page_size } from '../../database/cursor.ts'
import type { Store, TransactionStore } from '../../database/store.ts'
import { addWork } from '../../work/add.ts'
import { type TeamSettings, changeSettings, defaultSettings, findTeamFaults } from '../rules/team-settings.ts'
import { routing_work } from '../routing/work.ts'
import { moving_work } from '../teams/moving.ts'
import { presentTeam } from '../teams/present.ts'
import * as rows from '../teams/rows.ts'
import type { TeamRecord } from '../teams/rows.ts'

export const listTeams: Handler<'listTeams'> = async (ctx, input) => {
  const after = decodeTimeCursor(input.cursor, isUuid)
  const limit = input.limit ?? default_page_size
  const found = await rows.listTeamRows(ctx.store, after, limit + 1)
  const page = cutPage(found, limit, ({ created_at, id }) => ({ time: created_at, key: id }))
  return { ...page, data: page.data.map(presentTeam) }
}

export const getTeam: Handler<'getTeam'> = async (ctx, { team_key }) =>
  presentTeam(await requireTeam(ctx.store, team_key))

export const createTeam: Handler<'createTeam'> = async (ctx, input) => {
  const id = ctx.core.ports.newId()
  const team = await ctx.store.transaction(async (tx) => {
    if ((await rows.countLockedTeams(tx)) >= handOffBounds.teams) throw new AppError('too_many_teams')
    const given = await readFields(tx, { settings: defaultSettings, members: [] }, input)
    if (await rows.isKeyTaken(tx, input.key, id)) throw new AppError('team_key_taken')
    const is_default = input.is_default ?? false
    if (is_default) await rows.endOtherDefault(tx, id)
    await rows.insertTeam(tx, id, { key: input.key, name: input.name.trim(), is_default, settings: given.settings })
    await rows.setMembers(tx, id, given.members)
    return requireTeam(tx, input.key)
  })
  return presentTeam(team)
}

export const updateTeam: Handler<'updateTeam'> = async (ctx, input) => {
  const revisions = readRevisions(input.if_match)
  const team = await ctx.store.transaction(async (tx) => {
    await rows.countLockedTeams(tx)
    const before = await requireLockedTeam(tx, input.team_key)
    if (revisions !== null && !revisions.includes(before.revision)) {
      throw new AppError('revision_mismatch', 'The team has changed since it was read. Read it again first.')
    }
    const given = await readFields(tx, before, input)
    const key = input.key ?? before.key
    if (key !== before.key && (await rows.isKeyTaken(tx, key, before.id))) throw new AppError('team_key_taken')
    const after = {
      key,
      name: input.name?.trim() ?? before.name,
      is_default: input.is_default ?? before.is_default,
      settings: given.settings,
    }
    if (isSame(before, after, given.members)) return before
    if (after.is_default && !before.is_default) await rows.endOtherDefault(tx, before.id)
    await rows.changeTeam(tx, before.id, after)
    if (input.members != null) await rows.setMembers(tx, before.id, given.members)
    // Its hours, members and mode say what becomes of what waits.
    const of = { organization_id: tx.organization_id, owner: before.id, subject: before.id }
    addWork(tx, routing_work, of, { urgent: true })
    return requireTeam(tx, key)
  })
  return presentTeam(team)
}

export const deleteTeam: Handler<'deleteTeam'> = async (ctx, { team_key, move_to }) => {
  await ctx.store.transaction(async (tx) => {
    await rows.countLockedTeams(tx)
    const { id } = await requireLockedTeam(tx, team_key)
    const target = move_to === undefined ? null : await rows.findTeam(tx, move_to)
    if (move_to !== undefined && (!target || target.id === id)) {
      throw invalid({ path: 'move_to', message: 'names no other team of the organization' })
    }
    await rows.deleteTeamRow(tx, id, target?.id ?? null)
    const { organization_id } = tx
    addWork(tx, moving_work, { organization_id, owner: id, subject: id }, { urgent: true })
  })
}

async function requireTeam(store: Store, key: string): Promise<TeamRecord> {
  const team = await rows.findTeam(store, key)
  if (!team) throw notFound('Team')
  return team
}

async function requireLockedTeam(tx: TransactionStore, key: string): Promise<TeamRecord> {
  const { id } = await requireTeam(tx, key)
  await rows.lockTeam(tx, id)
  return requireTeam(tx, key)
}

type Fields = Omit<Input<'updateTeam'>, 'team_key' | 'if_match'>

/** All faults are reported at once. */
async function readFields(
  tx: Store,
  before: { settings: TeamSettings; members: string[] },
  input: Fields,
): Promise<{ settings: TeamSettings; members: string[] }> {
  const settings = changeSettings(before.settings, input)
  const members = input.members == null ? before.members : [...new Set(input.members.map((id) => id.toLowerCase()))]
  const faults = findTeamFaults(input, settings, members.length)
  if (input.members != null) faults.push(...(await findFaultsOfMembers(tx, input.members)))
  if (faults.length > 0) throw invalid(...faults)
  return { settings, members }
}

async function findFaultsOfMembers(tx: Store, given: readonly string[]): Promise<FieldFault[]> {
  const answering = await rows.listAnsweringAmong(tx, given.filter(isUuid))
  return given.flatMap((id, index) =>
    answering.has(id.toLowerCase())
      ? []
      : [{ path: `members.${index}`, message: 'is not a member with the scope conversations:reply' }],
  )
}

function isSame(before: TeamRecord, after: rows.TeamFields, members: string[]): boolean {
  const { key, name, is_default, settings } = before
  const [one, other] = [
    { key, name, is_default, settings, members: before.members },
    { ...after, members: members.toSorted() },
  ]
  return canonicalJson(one) === canonicalJson(other)
}
