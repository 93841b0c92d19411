// Where the launcher appears: on which paths and devices. Pure.

/** `*` stands for any text, also across slashes. */
export function matchesGlob(glob: string, path: string): boolean {
  const [first, ...rest] = glob.split('*')
  const last = rest.pop()
  if (last === undefined) return glob === path
  if (!path.startsWith(first!)) return false
  let at = first!.length
  for (const part of rest) {
    const found = path.indexOf(part, at)
    if (found < 0) return false
    at = found + part.length
  }
  return path.length - at >= last.length && path.endsWith(last)
}

export function isPlace(
  { devices, paths }: { devices?: string; paths?: { include?: string[]; exclude?: string[] } | null },
  path: string,
  width: number,
): boolean {
  const matches = (globs: string[] = []) => globs.some((glob) => matchesGlob(glob, path))
  const isDevice = !devices || devices === 'all' || (devices === 'mobile') === width < 768
  return isDevice && (!paths?.include?.length || matches(paths.include)) && !matches(paths?.exclude)
}
