// Which changes make a knowledge base what a folder is. Pure.

export interface LocalFile {
  /** Below the folder, with `/` between its parts: the name of the source. */
  path: string
  /** SHA-256, in hexadecimal. */
  hash: string
  bytes: number
}

export interface ServerFile {
  dataset_source_id: string
  source_id: string
  name: string
  /** Null while its bytes are not there. */
  hash: string | null
  /** Why it failed; null if it did not. */
  failure: string | null
}

export interface KnowledgePlan {
  /** In the folder only. */
  added: LocalFile[]
  /** On the server with other bytes. */
  changed: { file: LocalFile; on_server: ServerFile }[]
  unchanged: { file: LocalFile; on_server: ServerFile }[]
  /** On the server only, or there a second time. */
  extra: ServerFile[]
}

const byPath = (a: LocalFile, b: LocalFile) => (a.path < b.path ? -1 : 1)

export function planKnowledge(files: readonly LocalFile[], on_server: readonly ServerFile[]): KnowledgePlan {
  const plan: KnowledgePlan = { added: [], changed: [], unchanged: [], extra: [] }
  const known = Map.groupBy(on_server, ({ name }) => name)
  for (const file of files.toSorted(byPath)) {
    const found = known.get(file.path) ?? []
    known.delete(file.path)
    // Of several with this name the one that is as it should be stays.
    const kept = found.find(({ hash }) => hash === file.hash) ?? found[0]
    plan.extra.push(...found.filter((other) => other !== kept))
    if (!kept) plan.added.push(file)
    else if (kept.hash === file.hash) plan.unchanged.push({ file, on_server: kept })
    else plan.changed.push({ file, on_server: kept })
  }
  plan.extra.push(...[...known.values()].flat())
  plan.extra.sort((a, b) => (a.name < b.name ? -1 : 1))
  return plan
}
