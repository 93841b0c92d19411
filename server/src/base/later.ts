// What is loaded when it is first used: packages that many processes never need, and that a start would have to wait for.
// server/test/process/loaded-at-start.test.ts names what must not be loaded sooner.
import { createRequire } from 'node:module'

export interface Later<Loaded> {
  (): Promise<Loaded>
  /** Undefined: not yet. */
  readonly loaded: Loaded | undefined
}

/** Loads once, where a caller waits anyway: `later(() => import('./a-file-that-imports-the-package.ts'))`. */
export function later<Loaded>(load: () => Promise<Loaded>): Later<Loaded> {
  let begun: Promise<Loaded> | undefined
  let loaded: Loaded | undefined
  const begin = async () => (loaded = await load())
  return Object.defineProperty(() => (begun ??= begin()), 'loaded', { get: () => loaded }) as Later<Loaded>
}

const require = createRequire(import.meta.url)

/** A package for a pure rule, which cannot wait: `laterPackage<typeof import('name')>('name')`. */
export function laterPackage<Package>(name: string): () => Package {
  let loaded: Package | undefined
  return () => (loaded ??= require(name) as Package)
}
