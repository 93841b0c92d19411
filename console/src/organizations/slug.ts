// The slug that a name suggests. Pure.
const longest_proposal = 50
const slug_form = /^[a-z0-9]+(-[a-z0-9]+)*$/

export const longest_slug = 63

export const isSlug = (text: string) => text.length <= longest_slug && slug_form.test(text)

/** Empty if the name has no letter or digit of a slug. */
export function proposeSlug(name: string): string {
  return name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{Mark}/gu, '')
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, longest_proposal)
    .replace(/^-+|-+$/g, '')
}
