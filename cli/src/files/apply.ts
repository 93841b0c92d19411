// `apply`: reads and validates every file of a folder, prints the differences, then updates the server.
import { createHash } from 'node:crypto'
import type { Client } from '@parley/sdk'
import { ClientError, type FileFault, fileFaults } from '../client/faults.ts'
import { type Report, exit_codes } from '../client/output.ts'
import { createOnce } from './create-once.ts'
import { describeDifference } from './difference.ts'
import { type FoundFile, readFolder } from './folder.ts'
import { keyOf, metadataFor } from './key.ts'
import type { Described, Kind, Resource, State, Version } from './kind.ts'
import { Names, readAll } from './names.ts'
import { type Changes, type Wanted, isChange, listChanges, planChanges } from './plan.ts'
import { type Noun, mapReferences } from './references.ts'

export interface ApplyOptions extends Wanted {
  /** Print the differences without changing anything. */
  dry_run: boolean
}

interface Plan<D> {
  file: FoundFile<D>
  /** As the file has it, with ids instead of keys, as far as they exist. */
  wanted: D
  state: State<D> | null
  changes: Changes<D>
}

/** Returns how many differed. */
export async function applyFolder<D extends Described, R extends Resource>(
  client: Client,
  kind: Kind<D, R>,
  path: string,
  options: ApplyOptions,
  print: Report,
): Promise<number> {
  const names = new Names()
  const plans = await planFolder(client, kind, path, options, names, print)
  const changed = plans.filter(({ changes }) => isChange(changes))
  const described = plans.map((plan) => describePlan(kind, names, plan))
  for (const plan of described) print(plan.text, options.dry_run || plan.data.changes.length === 0 ? plan.data : null)
  if (!options.dry_run) {
    const apply = new Apply(client, kind, options, names)
    await apply.carryOut(changed, print, (plan) => described[plans.indexOf(plan)]!.data)
  }
  const verb = options.dry_run ? 'to change' : 'changed'
  print(`${changed.length} ${verb}, ${plans.length - changed.length} up to date\n`)
  return changed.length
}

function describePlan<D extends Described>(
  kind: Pick<Kind<D>, 'noun' | 'contentOf' | 'version_fields' | 'render'>,
  names: Names,
  { wanted, state, changes }: Plan<D>,
) {
  const { key } = wanted
  const list = isChange(changes) ? listChanges(kind.noun, changes, state?.newest?.version ?? 0) : []
  const files = (definition: D) => kind.render(names.refer(definition), 'yaml')
  // If the file does not manage versions, they cannot differ.
  const unmanaged = kind.contentOf(wanted) === null ? kind.version_fields.map((field) => [field, null]) : []
  const current = state && { ...state.definition, ...Object.fromEntries(unmanaged) }
  const difference = current && list.length > 0 ? describeDifference(key, files(current), files(wanted)) : ''
  const text = list.length === 0 ? '' : `${key}: ${list.join('; ')}\n${difference}`
  const id = state?.resource.id ?? null
  return { text, data: { key, [`${kind.noun}_id`]: id, changes: list, difference, done: [] as string[] } }
}

/** Throws one error that lists the faults of all files. */
async function planFolder<D extends Described, R extends Resource>(
  client: Client,
  kind: Kind<D, R>,
  path: string,
  options: ApplyOptions,
  names: Names,
  print: Report,
): Promise<Plan<D>[]> {
  const { root, files, faults } = await readFolder(kind, path)
  if (root === null) throw new ClientError(`the folder ${path} does not exist`, exit_codes.usage)
  if (files.length === 0 && faults.length === 0)
    throw new ClientError(`${path} contains no ${kind.noun}.yaml or ${kind.noun}.json`, exit_codes.usage)
  const plans: Plan<D>[] = []
  try {
    const known = Map.groupBy(await readAll(kind.noun, (page) => kind.list(client, page)), keyOf)
    await names.load(client, nounsOf(files))
    for (const file of files) {
      const found = known.get(file.definition.key) ?? []
      if (found.length > 1) faults.push(describeTwins(kind.noun, file, found))
      else plans.push(await planFile(client, kind, file, found[0] ?? null, options, names))
    }
    faults.push(...findUnknown(kind.noun, files, names))
    for (const plan of plans) faults.push(...(await checkPlan(client, kind, plan, options, print)))
  } catch (error) {
    // Report faults that can be found locally before contacting the server.
    if (faults.length === 0) throw error
  }
  if (faults.length > 0) throw fileFaults(faults)
  return plans
}

function nounsOf<D>(files: readonly FoundFile<D>[]): Set<Noun> {
  const nouns = new Set<Noun>()
  for (const { definition } of files) mapReferences(definition, ({ to }) => to !== 'file' && void nouns.add(to))
  return nouns
}

/** Names that stand for nothing on the server. Those of the same folder will exist. */
function findUnknown<D extends Described>(noun: Noun, files: readonly FoundFile<D>[], names: Names): FileFault[] {
  const own = new Set(files.map(({ definition }) => definition.key))
  const faults: FileFault[] = []
  for (const { file, definition } of files) {
    mapReferences(definition, (reference, path) => {
      const { to, name } = reference
      const ids = names.idsOf(reference)
      if (ids.length === 1 || (ids.length === 0 && to === noun && own.has(name))) return
      const message =
        ids.length > 1
          ? `matches ${ids.length} ${to}s on the server: ${ids.join(', ')}`
          : `is no ${to} on the server; apply its file first`
      faults.push({ file, path, message: `!${to} ${name} ${message}` })
    })
  }
  return faults
}

async function planFile<D extends Described, R extends Resource>(
  client: Client,
  kind: Kind<D, R>,
  file: FoundFile<D>,
  resource: R | null,
  options: Wanted,
  names: Names,
): Promise<Plan<D>> {
  const state = resource && (await kind.readState(client, resource))
  const wanted = names.resolve(file.definition)
  return { file, wanted, state, changes: planChanges(kind, wanted, state, options) }
}

function describeTwins<D>(noun: Noun, { file }: FoundFile<D>, found: readonly Resource[]): FileFault {
  const ids = found.map(({ id }) => id).join(', ')
  return { file, path: 'key', message: `matches ${found.length} ${noun}s on the server: ${ids}` }
}

const not_yet = '00000000-0000-0000-0000-000000000000'

/** Asks the server to validate what would be written. */
async function checkPlan<D extends Described, R extends Resource>(
  client: Client,
  kind: Kind<D, R>,
  { file: { file, text_files }, wanted, state, changes }: Plan<D>,
  { publish, go_live }: Wanted,
  print: Report,
): Promise<FileFault[]> {
  if (!isChange(changes)) return []
  const metadata = metadataFor(wanted, state?.resource ?? null)
  const definition = mapReferences(wanted, () => not_yet) as D
  const { warnings, faults } = await kind.check(client, definition, metadata, publish || go_live)
  for (const warning of warnings) print(`${file}: ${warning}\n`)
  return faults.map((fault) => ({ file: text_files.get(fault.path) ?? file, ...fault }))
}

interface Told {
  changes: string[]
  done: string[]
}

class Apply<D extends Described, R extends Resource> {
  readonly #client: Client
  readonly #kind: Kind<D, R>
  readonly #options: Wanted
  readonly #names: Names

  constructor(client: Client, kind: Kind<D, R>, options: Wanted, names: Names) {
    this.#client = client
    this.#kind = kind
    this.#options = options
    this.#names = names
  }

  async carryOut(plans: readonly Plan<D>[], print: Report, toldOf: (plan: Plan<D>) => Told): Promise<void> {
    const { noun } = this.#kind
    let done = 0
    let key = ''
    try {
      const created = new Map<Plan<D>, R>()
      // All of them before any version, since one can name another.
      for (const plan of plans) {
        key = plan.wanted.key
        if (plan.state === null) created.set(plan, await this.#create(plan))
      }
      for (const plan of plans) {
        key = plan.wanted.key
        const { id, steps } = await this.#finish(plan, created.get(plan) ?? null)
        print(`${key}: ${steps.join(', ')}\n`, { ...toldOf(plan), [`${noun}_id`]: id, done: steps })
        done += 1
      }
    } catch (error) {
      print(`stopped at ${key}: ${done} of ${plans.length} ${noun}s were applied. Run apply again to continue.\n`)
      throw error
    }
  }

  async #create({ wanted }: Plan<D>): Promise<R> {
    const resource = await createOnce(this.#client, this.#kind, wanted)
    this.#names.add(this.#kind.noun, resource)
    return resource
  }

  /** Each step leaves a state from which another run reaches the same end. */
  async #finish(plan: Plan<D>, created: R | null): Promise<{ id: string; steps: string[] }> {
    const state = plan.state ?? (await this.#kind.readState(this.#client, created!))
    const wanted = this.#names.resolve(plan.wanted)
    const changes = created === null ? plan.changes : planChanges(this.#kind, wanted, state, this.#options)
    const { id } = state.resource
    const steps = created === null ? [] : [`created ${id}`]
    if (Object.keys(changes.fields).length > 0) {
      await this.#kind.update(this.#client, id, changes.fields)
      steps.push(`changed ${Object.keys(changes.fields).join(', ')}`)
    }
    return { id, steps: [...steps, ...(await this.#finishVersion(state, wanted, changes))] }
  }

  async #finishVersion({ resource: { id }, newest }: State<D>, wanted: D, changes: Changes<D>): Promise<string[]> {
    const steps: string[] = []
    const version = changes.needsVersion ? await this.#createVersionOnce(id, newest, wanted) : newest
    if (version === null) return steps
    if (changes.needsVersion) steps.push(`created version ${version.version}`)
    if (changes.needsPublishing) {
      await this.#kind.publish(this.#client, id, version)
      steps.push(`published version ${version.version}`)
    }
    if (changes.needsGoingLive && this.#kind.goLive) {
      await this.#kind.goLive(this.#client, id, version)
      steps.push(`went live with version ${version.version}`)
    }
    return steps
  }

  /** The idempotency key makes two concurrent runs share one version: one for each content on top of a revision. */
  async #createVersionOnce(id: string, newest: Version | null, wanted: D): Promise<Version> {
    const { noun, version_fields } = this.#kind
    const content = createHash('sha256')
      .update(JSON.stringify(version_fields.map((field) => wanted[field])))
      .digest('hex')
    const idempotency_key = `parley-${noun}s-apply:${id}:${newest?.revision ?? 0}:${content}`
    return this.#kind.createVersion(this.#client, id, wanted, idempotency_key)
  }
}
