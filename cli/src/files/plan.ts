// The changes that make the server match a file. Pure.
import type { Described, Kind, State } from './kind.ts'
import { metadataFor } from './key.ts'
import { isSameJson } from './values.ts'

export interface Wanted {
  publish: boolean
  /** Also publishes. */
  go_live: boolean
}

export interface Changes<D> {
  isNew: boolean
  /** Fields of the resource itself; only those that differ. */
  fields: Partial<D>
  needsVersion: boolean
  needsPublishing: boolean
  needsGoingLive: boolean
}

type Planned<D extends Described> = Pick<Kind<D>, 'contentOf' | 'own_fields'>

/** `state` is null if the server does not have it. */
export function planChanges<D extends Described>(
  kind: Planned<D>,
  wanted: D,
  state: State<D> | null,
  { publish, go_live }: Wanted,
): Changes<D> {
  const isManaged = kind.contentOf(wanted) !== null
  const needsVersion = isManaged && !hasVersion(kind, wanted, state)
  const status = needsVersion ? 'draft' : (state?.newest?.status ?? 'draft')
  return {
    isNew: state === null,
    fields: state === null ? {} : planFields(kind, wanted, state),
    needsVersion,
    needsPublishing: (publish || go_live) && isManaged && status === 'draft',
    needsGoingLive: go_live && isManaged && status !== 'live',
  }
}

/** Only the newest version counts: an older one with the same content is history. */
function hasVersion<D extends Described>(kind: Planned<D>, wanted: D, state: State<D> | null): boolean {
  return state?.newest != null && isSameJson(kind.contentOf(state.definition), kind.contentOf(wanted))
}

function planFields<D extends Described>(kind: Planned<D>, wanted: D, { resource, definition }: State<D>): Partial<D> {
  const current = { ...definition, metadata: resource.metadata }
  const whole = { ...wanted, metadata: metadataFor(wanted, resource) }
  const differing = kind.own_fields.filter((field) => !isSameJson(whole[field], current[field]))
  return Object.fromEntries(differing.map((field) => [field, whole[field]])) as Partial<D>
}

export function isChange<D>({ isNew, fields, ...needs }: Changes<D>): boolean {
  return isNew || Object.keys(fields).length > 0 || Object.values(needs).some(Boolean)
}

/** As in `new agent`, `new version 1`, `publish version 1`. */
export function listChanges<D>(noun: string, changes: Changes<D>, newest_version: number): string[] {
  const { isNew, fields, needsVersion, needsPublishing, needsGoingLive } = changes
  const version = `version ${newest_version + (needsVersion ? 1 : 0)}`
  return [
    ...(isNew ? [`new ${noun}`] : []),
    ...(Object.keys(fields).length > 0 ? [`change ${Object.keys(fields).join(', ')}`] : []),
    ...(needsVersion ? [`new ${version}`] : []),
    ...(needsPublishing ? [`publish ${version}`] : []),
    ...(needsGoingLive ? [`go live with ${version}`] : []),
  ]
}
