// Reads the header `If-Match` of changes that are guarded by a revision. Pure.

const max_revision = 2_147_483_647

/** The revisions that it permits: `3`, `"3"`, `W/"3"`, or a list of these; null: any. */
export function readRevisions(if_match: string | undefined): number[] | null {
  const tags = (if_match ?? '*').split(',').map((tag) => tag.trim())
  if (tags.includes('*')) return null
  return tags
    .map((tag) => Number(/^(?:W\/)?"?(\d{1,10})"?$/.exec(tag)?.[1] ?? Number.NaN))
    .filter((revision) => revision <= max_revision)
}
