// Slugs that are proposed for names. Pure.
const longest_stem = 50

export const slug_form = /^[a-z0-9]+(-[a-z0-9]+)*$/
export const longest_slug = 63

/** A name converted to a slug. */
export function slugOf(name: string): string {
  const letters = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{Mark}/gu, '')
    .replace(/[^a-z0-9]+/g, '-')
  return letters.slice(0, longest_stem).replace(/^-+|-+$/g, '') || 'organization'
}

export function isSlug(text: string): boolean {
  return text.length <= longest_slug && slug_form.test(text)
}

/** Candidates: the slug of the name and, if that exists, the same with a random suffix. */
export function proposeSlugs(name: string, randomBytes: (size: number) => Buffer): string[] {
  const slug = slugOf(name)
  return [slug, `${slug}-${randomBytes(4).toString('hex')}`]
}
