// When so many pages of a site are gone that this is rather a fault of the site. Pure.

const least_pages = 10

/** More than half, and at least ten. */
export function isTooManyGone(gone: number, known: number): boolean {
  return gone >= least_pages && gone > known / 2
}
